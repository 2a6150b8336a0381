namespace AgentOrchestration.Scheduling.Search;

/// <summary>The best schedule that a search has found.</summary>
/// <param name="Starts">Of each activity when it starts.</param>
/// <param name="Makespan">When the last one ends.</param>
/// <param name="Schedules">How many schedules were generated.</param>
internal sealed record FoundSchedule(long[] Starts, long Makespan, int Schedules);
