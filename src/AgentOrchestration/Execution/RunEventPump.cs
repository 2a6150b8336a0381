using AgentOrchestration.Runs;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Execution;

/// <summary>Carries the events of a run to a sink, apart from the run itself.</summary>
internal static class RunEventPump
{
    public static async Task PumpAsync(IRunHandle run, IRunEventSink sink, ILogger logger)
    {
        // Around code of others no context is left: on the pool there is none, in a simulation it is the simulation's.
        await foreach (RunEvent runEvent in run.WatchAsync(CancellationToken.None).ConfigureAwait(true))
        {
            try
            {
                sink.OnEvent(run.RunId, runEvent);
            }
            catch (Exception exception)
            {
                ExecutionLog.SinkThrew(logger, exception, run.RunId, sink.GetType().Name);
            }
        }
    }
}
