using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Latency;

/// <summary>Each task awaits those it depends on, then its timer: what the timers of the machine allow.</summary>
internal sealed class RawTasks(TimedGraph graph) : TimedRun
{
    public override async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        var tasks = new Task[graph.Graph.Count];
        for (int task = 0; task < tasks.Length; task++)
        {
            tasks[task] = RunOneAsync(Array.ConvertAll(graph.Graph.Dependencies[task], dependency => tasks[dependency]), graph.Milliseconds[task], cancellationToken);
        }

        await Task.WhenAll(tasks);
        return TimeProvider.System.GetElapsedTime(start);
    }

    private static async Task RunOneAsync(Task[] dependencies, int milliseconds, CancellationToken cancellationToken)
    {
        await Task.WhenAll(dependencies);
        await Task.Delay(milliseconds, cancellationToken);
    }
}
