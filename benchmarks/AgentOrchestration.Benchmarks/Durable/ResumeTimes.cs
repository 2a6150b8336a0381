using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>A run of which all subtasks but the last are committed, resumed by one fresh host after another.</summary>
/// <param name="Tasks">The subtasks of the run.</param>
/// <param name="Going">Seconds until the run went on: from before the host is built to the first line of the last subtask, for each host.</param>
/// <param name="Calls">Seconds of the call of <see cref="ITaskOrchestrator.ResumeAsync"/> in it.</param>
/// <param name="Readings">Seconds to read the journal from the store, done once more alone.</param>
/// <param name="Checks">Seconds to check the plan, done once more alone.</param>
internal sealed record ResumeTimes(
    int Tasks, IReadOnlyList<double> Going, IReadOnlyList<double> Calls, IReadOnlyList<double> Readings, IReadOnlyList<double> Checks)
{
    private const int Concurrency = 100;

    public static async Task<ResumeTimes> MeasureAsync(DurableBed bed, int tasks, int hosts, CancellationToken cancellationToken)
    {
        string last = $"t{tasks - 1}";
        string runId = await LeaveAsync(bed, tasks, last, cancellationToken);
        List<double> going = [];
        List<double> calls = [];
        List<double> readings = [];
        List<double> checks = [];
        for (int i = 0; i < hosts; i++)
        {
            GC.Collect();
            long start = TimeProvider.System.GetTimestamp();
            await using var host = new ResumedHost(bed, last, Concurrency);
            ITaskOrchestrator orchestrator = host.Orchestrator;
            long called = TimeProvider.System.GetTimestamp();
            await using OrchestrationRun run = await orchestrator.ResumeAsync(runId, cancellationToken);
            calls.Add(TimeProvider.System.GetElapsedTime(called).TotalSeconds);
            await host.ReachedLast.WaitAsync(cancellationToken);
            going.Add(TimeProvider.System.GetElapsedTime(start).TotalSeconds);
            int succeeded = run.GetSnapshot().Subtasks.Count(subtask => subtask.State == SubtaskState.Succeeded);
            if (succeeded != tasks - 1)
            {
                throw new InvalidOperationException($"The run was resumed with {succeeded} of {tasks - 1} subtasks done.");
            }

            readings.Add(await ReadAsync(host.Store, runId, cancellationToken));
            long checking = TimeProvider.System.GetTimestamp();
            _ = orchestrator.Check(run.Plan);
            checks.Add(TimeProvider.System.GetElapsedTime(checking).TotalSeconds);
        }

        return new ResumeTimes(tasks, going, calls, readings, checks);
    }

    /// <summary>Runs it until all subtasks but the last are committed, and leaves it as a process does that is asked to end.</summary>
    private static async Task<string> LeaveAsync(DurableBed bed, int tasks, string last, CancellationToken cancellationToken)
    {
        await using var host = new ResumedHost(bed, last, Concurrency);
        TaskPlan plan = GraphPlans.Create(ConcurrentLayers.Create(Concurrency, tasks), ResumedHost.TaskType);
        await using OrchestrationRun run = await host.Orchestrator.StartAsync(plan, cancellationToken);
        int left = tasks - 1;
        await foreach (RunEvent happened in run.WatchAsync(cancellationToken))
        {
            if (happened is SubtaskSucceeded && --left == 0)
            {
                break;
            }
        }

        return run.RunId;
    }

    private static async Task<double> ReadAsync(IRunStore store, string runId, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        await foreach (ReadOnlyMemory<byte> _ in store.ReadAsync(runId, 0, cancellationToken))
        {
            // What is in it is read elsewhere.
        }

        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }
}
