namespace AgentOrchestration.Runs.State;

/// <summary>
/// A run event as the state machine keeps it: a value without names, 24 bytes in an array. It becomes a <see cref="RunEvent"/> only
/// when somebody watches.
/// </summary>
/// <param name="kind">What has happened.</param>
/// <param name="time">When, in UTC ticks.</param>
/// <param name="subtask">To which subtask; -1 for the run.</param>
/// <param name="attempt">In which attempt, from 1; 0 for none.</param>
/// <param name="detail">By kind: an <see cref="OutputOrigin"/>, <see cref="TimeLimit"/>, <see cref="StopReason"/>, <see cref="BudgetLimit"/>, <see cref="RunOutcome"/>, whether approved, whether early, or whether the plan is still being written.</param>
/// <param name="payload">By kind: the output, the <see cref="SubtaskError"/>, the <see cref="SkipCause"/> and so on.</param>
internal readonly struct RunFact(RunFactKind kind, long time, int subtask = -1, int attempt = 0, byte detail = 0, object? payload = null)
{
    private readonly ushort _attempt = (ushort)attempt;

    public object? Payload { get; } = payload;

    public long Time { get; } = time;

    public int Subtask { get; } = subtask;

    public RunFactKind Kind { get; } = kind;

    public byte Detail { get; } = detail;

    public int Attempt => _attempt;

    /// <summary>Whether the journal keeps an output with it: one that an attempt has made, and that no fact before it has.</summary>
    public bool HasOutput => Kind == RunFactKind.OutputHeld || (Kind == RunFactKind.SubtaskSucceeded && Payload is not (SharedOutput or FallbackOutput or HeldOutput));

    /// <summary>Returns the same fact with another payload.</summary>
    public RunFact With(object? payload) => new(Kind, Time, Subtask, Attempt, Detail, payload);
}
