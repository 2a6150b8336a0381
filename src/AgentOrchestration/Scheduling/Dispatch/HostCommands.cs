using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>What a host has to do. Attempts to start are a list of their own, because they are nearly all of it.</summary>
internal sealed class HostCommands
{
    /// <summary>The attempts to start, in that order.</summary>
    public List<AttemptStart> Starts { get; } = [];

    /// <summary>Everything else, to be carried out in that order when the attempts have started.</summary>
    public List<HostCommand> Others { get; } = [];

    public void Start(int subtask, int attempt, ResourceLease? lease, AttemptEnds? ends, StartedBatch? batch, bool isEarly = false, int hedgeOf = 0) =>
        Starts.Add(new AttemptStart(subtask, attempt, lease) { Ends = ends, Batch = batch, IsEarly = isEarly, HedgeOf = hedgeOf });

    /// <summary>Asks for the first progress of an attempt.</summary>
    public void WatchProgress(int subtask, int attempt) => Add(new HostCommand(HostCommandKind.WatchProgress, subtask) { Attempt = attempt });

    public void Add(HostCommand command) => Others.Add(command);

    public void StopAttempt(int subtask, int attempt) => Add(new HostCommand(HostCommandKind.StopAttempt, subtask) { Attempt = attempt });

    /// <summary>Has an attempt looked at, in UTC ticks; <see cref="long.MaxValue"/> for never.</summary>
    public void WakeAttemptAt(int subtask, int attempt, long at)
    {
        if (at < long.MaxValue)
        {
            Add(new HostCommand(HostCommandKind.WakeAttempt, subtask) { Attempt = attempt, DueAt = at });
        }
    }

    /// <summary>Has a subtask tried again.</summary>
    public void WakeRetryAt(int subtask, long at) => Add(new HostCommand(HostCommandKind.WakeRetry, subtask) { DueAt = at });

    /// <summary>Has the run looked at, in UTC ticks; <see langword="null"/> for never.</summary>
    public void WakeRunAt(long? at)
    {
        if (at is { } dueAt)
        {
            Add(new HostCommand(HostCommandKind.WakeRun) { DueAt = dueAt });
        }
    }

    public void Clear()
    {
        Starts.Clear();
        Others.Clear();
    }
}
