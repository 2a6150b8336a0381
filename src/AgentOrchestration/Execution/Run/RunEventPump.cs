using AgentOrchestration.Execution.Following;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Execution.Run;

/// <summary>Carries the events of a run to a sink, apart from the run itself.</summary>
internal sealed class RunEventPump
{
    private readonly RunEnvironment _run;
    private readonly RunView _view;
    private readonly IRunEventSink _sink;
    private readonly Task _pumping;
    private long _handled;

    /// <param name="run">The environment of the run.</param>
    /// <param name="view">Its events.</param>
    /// <param name="past">How many of its facts happened before it was resumed here.</param>
    /// <param name="sink">The sink.</param>
    public RunEventPump(RunEnvironment run, RunView view, int past, IRunEventSink sink)
    {
        _run = run;
        _view = view;
        _sink = sink;
        _pumping = run.Executor.Workers.RunAsync(() => PumpAsync(past));
    }

    /// <summary>Whether a sink wants to receive a run that starts now. One that throws does not.</summary>
    public static bool IsWanted(IRunEventSink sink, RunEnvironment run)
    {
        try
        {
            return sink.IsEnabled;
        }
        catch (Exception exception)
        {
            ExecutionLog.SinkThrew(run.Executor.Logger, exception, run.RunId, sink.GetType().Name);
            return false;
        }
    }

    /// <summary>Waits until the sink has received everything, as long as it makes progress; otherwise the log names it.</summary>
    public async Task WaitAsync(ObserverGrace grace)
    {
        if (!await grace.WaitAsync(_pumping, () => Interlocked.Read(ref _handled)).ConfigureAwait(false))
        {
            ExecutionLog.SinkNotWaitedFor(_run.Executor.Logger, _run.RunId, _sink.GetType().Name, Interlocked.Read(ref _handled));
        }
    }

    private async Task PumpAsync(int past)
    {
        RunFlow.EnterSink(_run.RunId);
        bool hasEnded = false;
        await foreach (RunEvent runEvent in _view.WatchAsync(from: 0, CancellationToken.None).ConfigureAwait(false))
        {
            hasEnded |= runEvent is RunEnded;
            if (runEvent is not (SubtaskTick or TicksLost) && runEvent.Sequence < past)
            {
                Tell(() => _sink.OnReplayed(_run.RunId, runEvent));
            }
            else
            {
                Tell(() => _sink.OnEvent(_run.RunId, runEvent));
            }

            Interlocked.Increment(ref _handled);
        }

        if (!hasEnded)
        {
            Tell(() => _sink.OnDetached(_run.RunId));
        }
    }

    private void Tell(Action what)
    {
        try
        {
            what();
        }
        catch (Exception exception)
        {
            ExecutionLog.SinkThrew(_run.Executor.Logger, exception, _run.RunId, _sink.GetType().Name);
        }
    }
}
