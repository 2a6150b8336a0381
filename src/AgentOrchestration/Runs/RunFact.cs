namespace AgentOrchestration.Runs;

/// <summary>
/// A run event as the state machine keeps it: a value without names, 40 bytes in an array. It becomes a <see cref="RunEvent"/> only
/// when somebody watches.
/// </summary>
internal readonly record struct RunFact(RunFactKind Kind, long Time)
{
    public int Subtask { get; init; } = -1;

    public int Attempt { get; init; }

    /// <summary>The subtask that caused a skip, or shared an output; -1 for none.</summary>
    public int Other { get; init; } = -1;

    /// <summary>By kind: <see cref="OutputOrigin"/>, <see cref="RunOutcome"/>, whether abandoned, or when to retry in UTC ticks.</summary>
    public long Detail { get; init; }

    /// <summary>By kind: the output, the <see cref="SubtaskError"/>, or the <see cref="Progress"/>.</summary>
    public object? Payload { get; init; }
}
