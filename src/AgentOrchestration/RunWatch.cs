using System.Diagnostics;
using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Planning;

namespace AgentOrchestration;

/// <summary>Watches every run from before its first event to its end: samples, traces, alerts, observed durations.</summary>
internal sealed class RunWatch(RunMonitor monitor, RunTracing tracing, Forecaster forecaster, PlanLearning learning, LiveRuns liveRuns, IServiceProvider services)
{
    /// <summary>Starts or resumes a run, and watches it.</summary>
    /// <param name="start">Starts it, and says how it is executed.</param>
    /// <param name="runId">Its id, when it is known before.</param>
    public async Task<OrchestrationRun> StartAsync(Func<Task<(IRunHandle Run, RunOptions Options)>> start, string? runId = null)
    {
        using IDisposable starting = liveRuns.BeginStart();
        Activity? caller = Activity.Current;
        Activity? activity = Begin(runId);
        try
        {
            (IRunHandle run, RunOptions options) = await start().ConfigureAwait(false);
            return Watched(run, options, activity);
        }
        catch (Exception exception)
        {
            End(activity, exception);
            throw;
        }
        finally
        {
            RunTracing.Restore(caller);
        }
    }

    /// <summary>Starts a run whose plan is still being written, and watches it.</summary>
    /// <returns>The run; <see langword="null"/> when none was started.</returns>
    public OrchestrationRun? Start(Func<IRunHandle?> start, RunOptions options)
    {
        using IDisposable starting = liveRuns.BeginStart();
        Activity? caller = Activity.Current;
        Activity? activity = Begin(runId: null);
        try
        {
            if (start() is { } run)
            {
                return Watched(run, options, activity);
            }

            monitor.EndWatching();
            activity?.Dispose();
            return null;
        }
        catch (Exception exception)
        {
            End(activity, exception);
            throw;
        }
        finally
        {
            RunTracing.Restore(caller);
        }
    }

    /// <summary>The first sample comes before the first subtask, so that none is watched for a part of its time only.</summary>
    private Activity? Begin(string? runId)
    {
        monitor.BeginWatching();
        return tracing.StartRun(runId);
    }

    private void End(Activity? activity, Exception refusal)
    {
        monitor.EndWatching();
        if (activity is not null)
        {
            tracing.EndRefused(activity, refusal);
        }
    }

    private OrchestrationRun Watched(IRunHandle run, RunOptions options, Activity? activity) =>
        new(liveRuns.Add(run, options), services, WatchAsync(run, activity), isHolder: true);

    private async Task WatchAsync(IRunHandle run, Activity? activity)
    {
        RunTracing.Started(activity, run.RunId);
        if (run.HadEnded)
        {
            // It is only read: what there is to report was reported when it ended.
            monitor.EndWatching();
            if (activity is not null)
            {
                tracing.EndRead(activity, run);
            }

            return;
        }

        await monitor.WatchAsync(run).ConfigureAwait(false);
        if (!run.Completion.IsCompletedSuccessfully)
        {
            // It has not ended; the caller that waits for it receives the reason.
            if (activity is not null)
            {
                tracing.EndDetached(activity, run, run.Completion.Exception?.InnerException);
            }

            return;
        }

        RunOutcome outcome = await run.Completion.ConfigureAwait(false);
        if (activity is not null)
        {
            tracing.EndRun(activity, run, outcome);
        }

        // After the end, so that no run takes longer for it.
        run.ReportDurations(forecaster.Observed);
        if (outcome == RunOutcome.Succeeded)
        {
            learning.Learn(run.Graph.Plan);
        }

        await monitor.AlertAsync(run, outcome).ConfigureAwait(false);
    }
}
