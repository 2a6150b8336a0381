using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Latency;

/// <summary>The runs of one graph in milliseconds: ours and others, taken in turn.</summary>
internal sealed class LatencyTimes
{
    private readonly TimedGraph _graph;
    private readonly List<double>[] _runs;

    private LatencyTimes(TimedGraph graph, List<double>[] runs)
    {
        _graph = graph;
        _runs = runs;
    }

    public double CriticalPath => _graph.CriticalPath.TotalMilliseconds;

    /// <summary>1.02 × the critical path + 5 ms.</summary>
    public double Goal => (CriticalPath * 1.02) + 5;

    public IReadOnlyList<double> Ours => _runs[0];

    public IReadOnlyList<double> AgentFramework => _runs[1];

    public IReadOnlyList<double> LevelByLevel => _runs[2];

    public IReadOnlyList<double> RawTasks => _runs[3];

    public static async Task<LatencyTimes> MeasureAsync(
        TimedGraph graph, int repetitions, Action<AgentOrchestrationOptions>? configure, CancellationToken cancellationToken)
    {
        await using var ours = new OurTimedRun(graph, configure);
        await using var agentFramework = new AgentFrameworkTimedRun(graph);
        await using var levelByLevel = new LevelByLevel(graph);
        await using var rawTasks = new RawTasks(graph);
        TimedRun[] takingTurns = [ours, agentFramework, levelByLevel, rawTasks];
        List<double>[] runs = Array.ConvertAll(takingTurns, _ => new List<double>());
        foreach (TimedRun run in takingTurns)
        {
            await run.RunAsync(cancellationToken);
        }

        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            for (int i = 0; i < takingTurns.Length; i++)
            {
                runs[i].Add((await takingTurns[i].RunAsync(cancellationToken)).TotalMilliseconds);
            }
        }

        return new LatencyTimes(graph, runs);
    }

    public double RatioOf(IReadOnlyList<double> runs) => Statistics.Median(runs) / CriticalPath;
}
