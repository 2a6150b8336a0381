namespace AgentOrchestration.Plans.Payloads;

/// <summary>How the values of a type are compared with what their JSON returns.</summary>
internal enum PayloadKind
{
    /// <summary>A value that the serializer knows by itself, such as a number or a text.</summary>
    Value,

    /// <summary>JSON as a value.</summary>
    Json,

    /// <summary>An object with members.</summary>
    Object,

    /// <summary>A list or a set.</summary>
    List,

    /// <summary>A dictionary.</summary>
    Dictionary,

    /// <summary>A type that a converter of the application writes, or of which the serializer knows nothing.</summary>
    Opaque,
}
