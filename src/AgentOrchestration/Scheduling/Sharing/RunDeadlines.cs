using AgentOrchestration.Runs;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>When a run has to end, by its own time limit or by that of the code that started it.</summary>
/// <param name="Lasting">By time limits of runs, and of subtasks over all their attempts.</param>
/// <param name="OfAttempt">By time limits of single attempts.</param>
internal sealed record RunDeadlines(InheritedDeadline? Lasting, InheritedDeadline? OfAttempt);
