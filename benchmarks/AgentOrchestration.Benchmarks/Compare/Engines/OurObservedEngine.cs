using System.Diagnostics;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Monitoring;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>This library with tracing on, every attempt recorded, or one reader of its events, or both. The reader's end counts too.</summary>
internal sealed class OurObservedEngine(ShapedGraph graph, TaskBody body, bool trace, bool read)
    : OurEngine(OurLibrary.WithDelegate(body), graph)
{
    private readonly ShapedGraph _shape = graph;
    private ActivityListener? _listener;
    private int _activities;
    private int _events;

    /// <summary>Nothing, unless every attempt was recorded and every event read.</summary>
    public override int CountResults()
    {
        bool traced = !trace || _activities >= _shape.Count;
        bool wasRead = !read || _events >= 2 * _shape.Count;
        return traced && wasRead ? base.CountResults() : 0;
    }

    public override async ValueTask ResetAsync()
    {
        await base.ResetAsync();
        _listener?.Dispose();
        _activities = 0;
        _events = 0;
        _listener = null;
    }

    /// <summary>Activities are listened to in the whole process: only while this engine has its turn.</summary>
    public override void TakeTurn()
    {
        if (trace)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == OrchestrationDiagnostics.ActivitySourceName,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ => Interlocked.Increment(ref _activities),
            };
            ActivitySource.AddActivityListener(_listener);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _listener?.Dispose();
    }

    protected override Task ObserveAsync(OrchestrationRun run) => read ? Task.Run(() => ReadAsync(run)) : Task.CompletedTask;

    private async Task ReadAsync(OrchestrationRun run)
    {
        await foreach (RunEvent _ in run.WatchAsync())
        {
            _events++;
        }
    }
}
