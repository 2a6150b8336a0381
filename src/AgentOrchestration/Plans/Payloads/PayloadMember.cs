namespace AgentOrchestration.Plans.Payloads;

/// <summary>A member of a type that its JSON holds.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="ClrName">Its name in code; <see langword="null"/> when it is no member of the type.</param>
/// <param name="Type">Its declared type.</param>
/// <param name="IsRead">Whether reading JSON sets it. Others follow from the state of the object.</param>
/// <param name="Get">Gets its value.</param>
internal sealed record PayloadMember(string Name, string? ClrName, Type Type, bool IsRead, Func<object, object?> Get)
{
    /// <summary>What is known of its type, when a value can be of no other; found out on first use.</summary>
    public PayloadShape? Shape { get; set; }

    /// <summary>Whether its numbers may be written though they are not finite, or a converter of the application writes it.</summary>
    public bool IsWrittenInItsOwnWay { get; init; }
}
