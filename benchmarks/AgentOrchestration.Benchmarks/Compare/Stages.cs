using System.Globalization;
using AgentOrchestration.Benchmarks.Compare.Engines;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;
using AgentOrchestration.Execution;
using AgentOrchestration.Graph;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>
/// The stages of one plan's way: made in code, checked (a graph comes out), run to its end, result made. What is timed elsewhere is the
/// last two.
/// </summary>
internal static class Stages
{
    public static async Task<Section> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        var table = new MarkdownTable(
            "shape", "tasks", "plan made, ns per task", "plan checked, ns per (task + dependency)", "bytes of that, per (task + dependency)", "run, ns per task", "result, ns per task");
        List<Goal> goals = [];
        await using OurLibrary library = OurLibrary.WithDelegate(TaskBody.Synchronous);
        foreach (int size in scale.Sizes)
        {
            foreach (string shape in GraphShapes.All)
            {
                await Console.Error.WriteLineAsync($"stages: {shape} {size:N0}");
                ShapedGraph graph = GraphShapes.Create(shape, size);
                List<StageTimes> times = [];
                for (int round = 0; round < (size <= Scale.CommonSize ? 9 : size <= scale.FullSize ? 3 : 1); round++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    times.Add(await MeasureAsync(library, graph));
                }

                double check = Statistics.Median(times.Select(time => time.Check));
                goals.Add(new Goal("ours", "plan → graph ≤ 1,500 ns per (task + dependency)", check, 1_500, $"{shape} {size:N0}"));
                table.Add(
                    shape, Number(size),
                    Number(Statistics.Median(times.Select(time => time.Create))),
                    Number(check),
                    Number(Statistics.Median(times.Select(time => time.CheckBytes))),
                    Number(Statistics.Median(times.Select(time => time.Run))),
                    Number(Statistics.Median(times.Select(time => time.Result))));
            }
        }

        return new Section("Stages", table.ToString(), goals);
    }

    private static async Task<StageTimes> MeasureAsync(OurLibrary library, ShapedGraph graph)
    {
        GC.Collect();
        long start = TimeProvider.System.GetTimestamp();
        TaskPlan plan = OurLibrary.CreatePlan(graph);
        TimeSpan create = TimeProvider.System.GetElapsedTime(start);

        GC.Collect();
        long allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        start = TimeProvider.System.GetTimestamp();
        TaskGraph checkedGraph = library.Check(plan);
        TimeSpan check = TimeProvider.System.GetElapsedTime(start);
        long checkBytes = GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore;

        GC.Collect();
        start = TimeProvider.System.GetTimestamp();
        IRunHandle handle = await library.StartAsync(checkedGraph);
        await using OrchestrationRun run = library.Open(handle);
        await handle.Completion;
        TimeSpan toEnd = TimeProvider.System.GetElapsedTime(start);
        start = TimeProvider.System.GetTimestamp();
        await run.WaitAsync();
        TimeSpan result = TimeProvider.System.GetElapsedTime(start);
        int elements = graph.Count + graph.Edges;
        return new StageTimes(
            create.TotalNanoseconds / graph.Count,
            check.TotalNanoseconds / elements,
            (double)checkBytes / elements,
            toEnd.TotalNanoseconds / graph.Count,
            result.TotalNanoseconds / graph.Count);
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
