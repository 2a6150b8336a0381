using AgentOrchestration.Execution.Following;
using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Execution.Run;

/// <summary>The event sinks of a run.</summary>
internal sealed class RunSinks(RunEnvironment run, RunView view)
{
    private readonly List<RunEventPump> _pumps = [];

    /// <summary>Begins to carry events to the sinks that want them.</summary>
    /// <param name="past">The number of facts that happened before the run was resumed here.</param>
    public void Start(int past)
    {
        // One pump for each, so that a slow sink holds up no other.
        foreach (IRunEventSink sink in run.Executor.Sinks)
        {
            if (RunEventPump.IsWanted(sink, run))
            {
                _pumps.Add(new RunEventPump(run, view, past, sink));
            }
        }
    }

    /// <summary>Waits until the sinks have received everything, or lag too far behind.</summary>
    public Task WaitAsync(ObserverGrace grace) => Task.WhenAll(_pumps.Select(pump => pump.WaitAsync(grace)));
}
