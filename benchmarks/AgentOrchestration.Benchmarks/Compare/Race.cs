using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>
/// Several engines with the same graph and body, in turn: in every round each of them once, each round in another order. Before each run
/// everything unreachable is collected; after it, it is checked that every task ran and has a result.
/// </summary>
internal static class Race
{
    public static async Task<IReadOnlyList<EngineTimes>> RunAsync(
        ShapedGraph graph, TaskBody body, IEnumerable<Contender> contenders, Effort effort, CancellationToken cancellationToken)
    {
        Contender[] taking = [.. contenders.Where(contender => contender.LargestSize >= graph.Count && contender.Fits(graph))];
        var spent = new TimeSpan[taking.Length];
        EngineTimes[] times = Array.ConvertAll(taking, contender => new EngineTimes(contender.Name, graph.Count));
        ComparedEngine[] engines = Array.ConvertAll(taking, contender => contender.Create(graph, body));
        try
        {
            foreach (ComparedEngine engine in engines)
            {
                await MeasureAsync(engine, graph.Count, new EngineTimes("warm-up", graph.Count));
            }

            for (int round = 0; round < effort.MostRounds; round++)
            {
                for (int turn = 0; turn < engines.Length; turn++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int next = (turn + round) % engines.Length;
                    if (round < effort.FewestRounds || spent[next] < effort.ShareOfEach)
                    {
                        long start = TimeProvider.System.GetTimestamp();
                        await MeasureAsync(engines[next], graph.Count, times[next]);
                        spent[next] += TimeProvider.System.GetElapsedTime(start);
                    }
                }
            }
        }
        finally
        {
            foreach (ComparedEngine engine in engines)
            {
                await engine.DisposeAsync();
            }
        }

        return times;
    }

    private static async Task MeasureAsync(ComparedEngine engine, int tasks, EngineTimes times)
    {
        engine.TakeTurn();
        GC.Collect();
        ExecutionCounter.Take();
        long allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        long start = TimeProvider.System.GetTimestamp();
        await engine.RunAsync();
        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
        times.Add(elapsed, GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore);

        (long ran, int results) = (ExecutionCounter.Take(), engine.CountResults());
        await engine.ResetAsync();
        if (ran != tasks || results != tasks)
        {
            throw new InvalidOperationException($"{engine.GetType().Name}: of {tasks} tasks {ran} ran and {results} have results.");
        }
    }
}
