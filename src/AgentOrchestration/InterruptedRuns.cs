using AgentOrchestration.Execution;
using AgentOrchestration.Runs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration;

/// <summary>
/// Goes on with runs that nobody drives: at the start of the host those of processes that ended well, and as leases expire those of
/// processes that died. When the host stops, it leaves its runs to others.
/// </summary>
internal sealed class InterruptedRuns(ITaskOrchestrator orchestrator, IRunStore store, TimeProvider timeProvider, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Interval = RunJournal.LeaseDuration / 3;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private readonly HashSet<Task> _driving = [];
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Failure> _failures = new(StringComparer.Ordinal);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(_driving).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await PickUpAsync(stoppingToken).ConfigureAwait(false);
                _driving.RemoveWhere(run => run.IsCompleted);
                await Task.Delay(Interval, timeProvider, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task PickUpAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (StoredRun run in store.ListAsync(new RunQuery { IsEnded = false, IsLeased = false }, stoppingToken).ConfigureAwait(false))
            {
                if (!_refused.Contains(run.RunId) && !(_failures.GetValueOrDefault(run.RunId)?.NotBefore > timeProvider.GetUtcNow()))
                {
                    await PickUpAsync(run.RunId, stoppingToken).ConfigureAwait(false);
                }
            }
        }
        catch (RunStoreException exception)
        {
            ExecutionLog.RunsNotListed(logger, exception);
        }
    }

    private async Task PickUpAsync(string runId, CancellationToken stoppingToken)
    {
        try
        {
            OrchestrationRun run = await orchestrator.ResumeAsync(runId, stoppingToken).ConfigureAwait(false);
            ExecutionLog.PickedUp(logger, runId);
            _failures.Remove(runId);
            _driving.Add(DriveAsync(run, stoppingToken));
        }
        catch (Exception exception) when (exception is RunStoreException or RunDetachedException)
        {
            // A store may be mended, its disk emptied: it is tried again, ever less often, and said again when there is something else to say.
            TimeSpan pause = _failures.GetValueOrDefault(runId)?.Pause * 2 ?? Interval;
            Tell(runId, exception, pause < LongestPause ? pause : LongestPause);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // What is wrong with a run stays wrong as long as this process has the same task types.
            if (await IsFreeAsync(runId, stoppingToken).ConfigureAwait(false))
            {
                _refused.Add(runId);
                Tell(runId, exception, LongestPause);
            }
        }
    }

    private void Tell(string runId, Exception exception, TimeSpan pause)
    {
        if (_failures.GetValueOrDefault(runId)?.Message != exception.Message)
        {
            ExecutionLog.NotPickedUp(logger, exception, runId);
        }

        _failures[runId] = new Failure(exception.Message, pause, timeProvider.GetUtcNow() + pause);
    }

    private static async Task DriveAsync(OrchestrationRun run, CancellationToken stoppingToken)
    {
        await using (run.ConfigureAwait(false))
        {
            try
            {
                await run.WaitAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OperationCanceledException or RunDetachedException)
            {
                // Somebody goes on with it, this host or another.
            }
        }
    }

    /// <summary>Whether another process has not been quicker.</summary>
    private async Task<bool> IsFreeAsync(string runId, CancellationToken stoppingToken) =>
        await store.FindAsync(runId, stoppingToken).ConfigureAwait(false) is { Outcome: null } run && !(run.Lease?.ExpiresAt > timeProvider.GetUtcNow());

    /// <summary>Why a run could not be gone on with, and when it is tried again.</summary>
    private sealed record Failure(string Message, TimeSpan Pause, DateTimeOffset NotBefore);
}
