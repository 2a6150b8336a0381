using System.Globalization;
using AgentOrchestration.Benchmarks.Compare.Engines;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;
using AgentOrchestration.Execution;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Results;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>How much memory a large run takes beside its plan: at most, and when everything about it is kept.</summary>
internal static class Memory
{
    public static async Task<Section> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        int size = scale.LargestSize;
        var table = new MarkdownTable($"tasks: {size:N0}", "high-water, bytes per task", "graph kept", "graph, run and result kept");
        List<Goal> goals = [];
        OurLibrary library = OurLibrary.WithDelegate(TaskBody.Synchronous);
        await using (library.ConfigureAwait(false))
        {
            foreach (string shape in GraphShapes.All)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Console.Error.WriteLineAsync($"memory: {shape} {size:N0}").ConfigureAwait(false);
                TaskPlan plan = OurLibrary.CreatePlan(GraphShapes.Create(shape, size));
                (double highest, double graph, double all) = await MeasureAsync(library, plan).ConfigureAwait(false);
                table.Add(shape, Number(highest), Number(graph), Number(all));
                goals.Add(new Goal("ours", "managed heap high-water ≤ 500 bytes per task above the plan", highest, 500, $"{shape} {size:N0}"));
            }
        }

        return new Section("Memory above the plan", table.ToString(), goals);
    }

    private static async Task<(double Highest, double Graph, double All)> MeasureAsync(OurLibrary library, TaskPlan plan)
    {
        double tasks = plan.Subtasks.Count;
        long planAlone = GC.GetTotalMemory(forceFullCollection: true);
        long highest;
        TaskGraph graph;
        OrchestrationRun run;
        RunResult result;
        using (var sampler = new HeapSampler())
        {
            graph = library.Check(plan);
            IRunHandle handle = await library.StartAsync(graph).ConfigureAwait(false);
            run = library.Open(handle);
            result = await run.WaitAsync().ConfigureAwait(false);
            highest = sampler.Largest;
        }

        long all = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(result);
        await run.DisposeAsync().ConfigureAwait(false);
        (run, result) = (null!, null!);
        long graphAlone = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(graph);
        GC.KeepAlive(plan);
        return ((highest - planAlone) / tasks, (graphAlone - planAlone) / tasks, (all - planAlone) / tasks);
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
