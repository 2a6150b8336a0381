using System.Globalization;
using AgentOrchestration.Benchmarks.Compare.Engines;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;
using AgentOrchestration.Execution;
using AgentOrchestration.Graph;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>How much memory a large run takes beside its plan: at most, and when everything about it is kept.</summary>
internal static class Memory
{
    public static async Task<Section> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        int size = scale.LargestSize;
        var table = new MarkdownTable($"tasks: {size:N0}", "high-water, bytes per task", "graph kept", "graph, run and result kept");
        List<Goal> goals = [];
        await using OurLibrary library = OurLibrary.WithDelegate(TaskBody.Synchronous);
        foreach (string shape in GraphShapes.All)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Console.Error.WriteLineAsync($"memory: {shape} {size:N0}");
            TaskPlan plan = OurLibrary.CreatePlan(GraphShapes.Create(shape, size));
            (double highest, double graph, double all) = await MeasureAsync(library, plan);
            table.Add(shape, Number(highest), Number(graph), Number(all));
            goals.Add(new Goal("ours", "managed heap high-water ≤ 500 bytes per task above the plan", highest, 500, $"{shape} {size:N0}"));
        }

        return new Section("Memory above the plan", table.ToString(), goals);
    }

    private static async Task<(double Highest, double Graph, double All)> MeasureAsync(OurLibrary library, TaskPlan plan)
    {
        double tasks = plan.Subtasks.Count;
        long planAlone = await MeasureHeapAsync();
        using var sampler = new HeapSampler();
        TaskGraph graph = library.Check(plan);
        IRunHandle handle = await library.StartAsync(graph);
        OrchestrationRun? run = library.Open(handle);
        RunResult? result = await run.WaitAsync();
        long highest = sampler.Largest;

        long all = await MeasureHeapAsync();
        GC.KeepAlive(result);
        await run.DisposeAsync();
        (handle, run, result) = (null!, null, null);
        long graphAlone = await MeasureHeapAsync();
        GC.KeepAlive(graph);
        GC.KeepAlive(plan);
        return ((highest - planAlone) / tasks, (graphAlone - planAlone) / tasks, (all - planAlone) / tasks);
    }

    /// <summary>Of a method that has just ended the stack may still hold what it held: the heap is measured on a fresh one.</summary>
    private static async Task<long> MeasureHeapAsync()
    {
        await Task.Yield();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
