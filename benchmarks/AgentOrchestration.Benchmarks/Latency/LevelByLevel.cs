using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Latency;

/// <summary>What an engine does that waits for a whole level before it starts the next.</summary>
internal sealed class LevelByLevel : TimedRun
{
    private readonly int[][] _levels;

    public LevelByLevel(TimedGraph graph)
    {
        int[] levels = new int[graph.Graph.Count];
        for (int task = 0; task < levels.Length; task++)
        {
            levels[task] = graph.Graph.Dependencies[task].Select(dependency => levels[dependency] + 1).Append(0).Max();
        }

        _levels = [.. levels.Zip(graph.Milliseconds).GroupBy(task => task.First, task => task.Second).OrderBy(level => level.Key).Select(level => level.ToArray())];
    }

    public override async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        foreach (int[] level in _levels)
        {
            await Task.WhenAll(level.Select(milliseconds => Task.Delay(milliseconds, cancellationToken)));
        }

        return TimeProvider.System.GetElapsedTime(start);
    }
}
