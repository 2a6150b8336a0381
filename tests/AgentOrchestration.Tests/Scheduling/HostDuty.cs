using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>What a host still has to do: to answer for an attempt that it started, or to carry out a command.</summary>
/// <param name="Kind">The command; <see langword="null"/> for an attempt.</param>
/// <param name="Subtask">The subtask.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="DueAt">When, for a timer.</param>
internal readonly record struct HostDuty(HostCommandKind? Kind, int Subtask, int Attempt, long DueAt = 0)
{
    /// <summary>The attempt.</summary>
    public AttemptStart Start { get; init; }

    public bool IsAttempt => Kind is null;

    public bool IsTimer => Kind is HostCommandKind.WakeAttempt or HostCommandKind.WakeRetry or HostCommandKind.WakeRun or HostCommandKind.WakeCompensation;

    public static HostDuty Of(HostCommand command) => new(command.Kind, command.Subtask, command.Attempt, command.DueAt);

    public static HostDuty Of(AttemptStart start) => new(null, start.Subtask, start.Attempt) { Start = start };
}
