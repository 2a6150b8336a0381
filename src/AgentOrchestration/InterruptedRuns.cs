using AgentOrchestration.Execution;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration;

/// <summary>
/// Resumes runs that nobody drives: those that other processes have detached, and as leases expire those of processes that died. What this
/// process drives is none of them, whatever has become of its lease. A few are resumed at once. When the host stops, nothing more is picked up.
/// </summary>
internal sealed class InterruptedRuns(ITaskOrchestrator orchestrator, IRunStore store, TimeProvider timeProvider, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>How many are resumed at once: a store may take into one transaction what they ask of it, and none of them has to wait for all others.</summary>
    private const int MostAtOnce = 16;

    // Guards what follows it.
    private readonly Lock _gate = new();
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Failure> _failures = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await PickUpAsync(stoppingToken).ConfigureAwait(false);
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
            await PickUpAllAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (RunStoreException exception)
        {
            ExecutionLog.RunsNotListed(logger, exception);
        }
    }

    private async Task PickUpAllAsync(CancellationToken stoppingToken)
    {
        HashSet<Task> open = [];
        try
        {
            await foreach (StoredRun run in store.ListAsync(new RunQuery { IsEnded = false, IsLeased = false }, stoppingToken).ConfigureAwait(false))
            {
                if (!IsWanted(run.RunId))
                {
                    continue;
                }

                if (open.Count == MostAtOnce)
                {
                    Task picked = await Task.WhenAny(open).ConfigureAwait(false);
                    open.Remove(picked);
                    await picked.ConfigureAwait(false);
                }

                open.Add(PickUpAsync(run.RunId, stoppingToken));
            }
        }
        finally
        {
            await Task.WhenAll(open).ConfigureAwait(false);
        }
    }

    private bool IsWanted(string runId)
    {
        lock (_gate)
        {
            return orchestrator.Find(runId) is null && !_refused.Contains(runId) && !(_failures.GetValueOrDefault(runId)?.NotBefore > timeProvider.GetUtcNow());
        }
    }

    private async Task PickUpAsync(string runId, CancellationToken stoppingToken)
    {
        try
        {
            OrchestrationRun run = await orchestrator.ResumeAsync(runId, stoppingToken).ConfigureAwait(false);
            ExecutionLog.PickedUp(logger, runId);
            lock (_gate)
            {
                _failures.Remove(runId);
            }

            _ = DriveAsync(run);
        }
        catch (Exception exception) when (exception is RunStoreException or RunDetachedException)
        {
            // A store may be repaired, its disk emptied: it is tried again, ever less often, and said again when there is something else to say.
            Report(runId, exception, pause => pause * 2 ?? FirstPause);
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // What is wrong with a run stays wrong as long as this process has the same task types.
            if (await IsFreeAsync(runId, stoppingToken).ConfigureAwait(false))
            {
                Report(runId, exception, _ => LongestPause);
                lock (_gate)
                {
                    _refused.Add(runId);
                }
            }
        }
    }

    private void Report(string runId, Exception exception, Func<TimeSpan?, TimeSpan> pauseAfter)
    {
        Failure? last;
        lock (_gate)
        {
            last = _failures.GetValueOrDefault(runId);
            TimeSpan next = pauseAfter(last?.Pause);
            TimeSpan pause = next < LongestPause ? next : LongestPause;
            _failures[runId] = new Failure(exception.Message, pause, timeProvider.GetUtcNow() + pause);
        }

        if (last?.Message != exception.Message)
        {
            ExecutionLog.NotPickedUp(logger, exception, runId);
        }
    }

    /// <summary>Holds the run until it ends here. A host that stops detaches it like every other run of the process.</summary>
    private static async Task DriveAsync(OrchestrationRun run)
    {
        await using (run.ConfigureAwait(false))
        {
            await ((Task)run.Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether another process has not been quicker.</summary>
    private async Task<bool> IsFreeAsync(string runId, CancellationToken stoppingToken) =>
        await store.FindAsync(runId, stoppingToken).ConfigureAwait(false) is { Outcome: null, IsLeased: false };

    /// <summary>Why a run could not be gone on with, and when it is tried again.</summary>
    private sealed record Failure(string Message, TimeSpan Pause, DateTimeOffset NotBefore);
}
