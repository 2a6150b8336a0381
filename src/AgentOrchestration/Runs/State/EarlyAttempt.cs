namespace AgentOrchestration.Runs.State;

/// <summary>An attempt that has started before the gate of its subtask was open, while it is not decided what becomes of it.</summary>
/// <param name="attempt">Its number.</param>
internal sealed class EarlyAttempt(int attempt)
{
    public int Attempt { get; } = attempt;

    /// <summary>Whether its code has returned an output, which nobody else sees.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>The output, when it is held.</summary>
    public object? Output { get; private set; }

    /// <summary>Why its subtask is skipped: its gate has closed.</summary>
    public SkipCause? ClosedBy { get; set; }

    /// <summary>Whether its subtask was cancelled while it ran.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>Whether its subtask waits for more than it was known to: what it does is done again.</summary>
    public bool IsOutdated { get; set; }

    public void Hold(object? output) => (IsHeld, Output) = (true, output);
}
