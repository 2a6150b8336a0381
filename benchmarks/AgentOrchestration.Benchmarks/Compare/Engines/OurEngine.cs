using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Graph;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>This library. The clock runs from the start of a checked graph until <c>WaitAsync</c> has given the result with all outputs.</summary>
internal class OurEngine(OurLibrary library, ShapedGraph graph) : ComparedEngine
{
    private readonly TaskGraph _graph = library.Check(OurLibrary.CreatePlan(graph));
    private OrchestrationRun? _run;
    private RunResult? _result;

    public static OurEngine WithDelegate(ShapedGraph graph, TaskBody body) => new(OurLibrary.WithDelegate(body), graph);

    public static OurEngine WithHandler(ShapedGraph graph, TaskBody body) => new(OurLibrary.WithHandler(body), graph);

    public override async Task RunAsync()
    {
        _run = library.Open(await library.StartAsync(_graph));
        Task observing = ObserveAsync(_run);
        _result = await _run.WaitAsync();
        await observing;
    }

    public override int CountResults() =>
        _result!.Subtasks.Count(subtask => subtask.State == SubtaskState.Succeeded && ReferenceEquals(subtask.Output, Answer.Instance));

    public override async ValueTask ResetAsync()
    {
        _result = null;
        if (_run is not null)
        {
            await _run.DisposeAsync();
            _run = null;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_run is not null)
        {
            await _run.DisposeAsync();
        }

        await library.DisposeAsync();
    }

    /// <summary>What goes on beside the run; its end is part of what is timed.</summary>
    protected virtual Task ObserveAsync(OrchestrationRun run) => Task.CompletedTask;
}
