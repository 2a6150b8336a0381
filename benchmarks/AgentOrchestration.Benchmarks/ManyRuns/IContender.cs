namespace AgentOrchestration.Benchmarks.ManyRuns;

/// <summary>Somebody who does the work of many runs at once, of which each has the same number of subtasks.</summary>
internal interface IContender : IAsyncDisposable
{
    /// <summary>Starts all runs, opens the gate when all have started, and waits for their ends.</summary>
    /// <param name="runs">How many at once.</param>
    Task RunAsync(int runs);
}
