using AgentOrchestration.Runs;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Execution;

/// <summary>Carries the events of a run to a sink, apart from the run itself.</summary>
internal static class RunEventPump
{
    /// <param name="run">The run.</param>
    /// <param name="past">How many of its facts happened before it was resumed here.</param>
    /// <param name="sink">The sink.</param>
    /// <param name="logger">Where it is told that the sink threw.</param>
    public static async Task PumpAsync(IRunHandle run, int past, IRunEventSink sink, ILogger logger)
    {
        bool hasEnded = false;
        await foreach (RunEvent runEvent in run.WatchAsync(CancellationToken.None).ConfigureAwait(false))
        {
            hasEnded |= runEvent is RunEnded;
            if (runEvent is not (SubtaskTick or TicksLost) && runEvent.Sequence < past)
            {
                Tell(() => sink.OnReplayed(run.RunId, runEvent));
            }
            else
            {
                Tell(() => sink.OnEvent(run.RunId, runEvent));
            }
        }

        if (!hasEnded)
        {
            Tell(() => sink.OnDetached(run.RunId));
        }

        void Tell(Action what)
        {
            try
            {
                what();
            }
            catch (Exception exception)
            {
                ExecutionLog.SinkThrew(logger, exception, run.RunId, sink.GetType().Name);
            }
        }
    }
}
