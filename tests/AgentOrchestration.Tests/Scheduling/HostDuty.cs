using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>What a host still has to do: to answer for an attempt that it started, or to carry out a decision.</summary>
/// <param name="Kind">The decision; <see langword="null"/> for an attempt.</param>
/// <param name="Subtask">The subtask.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="DueAt">When, for a timer.</param>
/// <param name="Lease">What the attempt holds.</param>
internal readonly record struct HostDuty(DecisionKind? Kind, int Subtask, int Attempt, long DueAt = 0, ResourceLease? Lease = null)
{
    public bool IsAttempt => Kind is null;

    public bool IsTimer => Kind is DecisionKind.WakeAttempt or DecisionKind.WakeRetry or DecisionKind.WakeRun or DecisionKind.WakeCompensation;

    public static HostDuty Of(Decision decision) => new(decision.Kind, decision.Subtask, decision.Attempt, decision.DueAt);

    public static HostDuty Of(AttemptStart start) => new(null, start.Subtask, start.Attempt, Lease: start.Lease);
}
