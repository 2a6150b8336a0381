namespace AgentOrchestration.Benchmarks.ManyRuns;

/// <summary>The same number of subtasks in so many runs at once.</summary>
internal sealed record ManyRunsRow(SharedLimit Limit, int Runs, ManyRunsCost Ours, ManyRunsCost? Semaphore);
