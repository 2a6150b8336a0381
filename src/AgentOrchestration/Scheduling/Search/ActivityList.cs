namespace AgentOrchestration.Scheduling.Search;

/// <summary>A schedule as the order in which serial generation takes the activities, with time running the other way.</summary>
/// <param name="Order">Every activity once, predecessors (in that direction of time) first.</param>
/// <param name="Makespan">How long the schedule is that it was read from.</param>
/// <param name="Fingerprint">Identifies that schedule: equal ones are one.</param>
internal sealed record ActivityList(int[] Order, long Makespan, ulong Fingerprint);
