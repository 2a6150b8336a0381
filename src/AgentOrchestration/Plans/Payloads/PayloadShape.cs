using System.Reflection;

namespace AgentOrchestration.Plans.Payloads;

/// <summary>What is known of a type's values and their JSON. Made once for each type.</summary>
internal sealed class PayloadShape
{
    public required PayloadKind Kind { get; init; }

    /// <summary>Whether two values are the same when they say that they are equal.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Whether the JSON of every value of exactly this type, as long as its texts are whole, returns an equal one.</summary>
    public bool IsExact { get; init; }

    /// <summary>Whether the order of the elements means nothing.</summary>
    public bool IsSet { get; init; }

    /// <summary>Whether the elements are all that there is, so that what holds for their JSON holds for the whole.</summary>
    public bool IsItsElements { get; init; }

    /// <summary>Whether the type belongs to .NET. What such a class keeps to itself is not looked at.</summary>
    public bool IsOfFramework { get; init; }

    /// <summary>Whether the type says itself when two values are equal.</summary>
    public bool HasEquality { get; init; }

    /// <summary>The declared type of the elements, or of the values of a dictionary.</summary>
    public Type ElementType { get; init; } = typeof(object);

    /// <summary>What its JSON holds.</summary>
    public IReadOnlyList<PayloadMember> Members { get; init; } = [];

    /// <summary>What the type keeps beside that: fields under members that JSON leaves out, and private ones.</summary>
    public IReadOnlyList<FieldInfo> State { get; init; } = [];

    /// <summary>Whether <see cref="State"/> is all that there is beside the members.</summary>
    public bool IsStateKnown { get; init; }

    /// <summary>Properties that give the comparers of a collection.</summary>
    public IReadOnlyList<PropertyInfo> Comparers { get; init; } = [];

    /// <summary>Whether the type's values by themselves can be other than JSON can hold.</summary>
    public bool IsWrittenByRuntimeType { get; init; }
}
