using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration;

/// <summary>
/// Claims runs that nobody drives, and resumes them: those that were submitted, those that other processes have detached, and as leases expire those of
/// processes that died. It takes as many as there is room for, and only runs whose task types this process has. What this process drives is none of
/// them, whatever has become of its lease. When the host stops, nothing more is picked up.
/// </summary>
internal sealed class InterruptedRuns(
    RunLeases leases, RunsById runs, LiveRuns liveRuns, ITaskTypeRegistry taskTypes, int maxRuns, TimeProvider timeProvider, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>How many are resumed at once: a store may take into one transaction what they ask of it, and none of them has to wait for all others.</summary>
    private const int MostAtOnce = 16;

    private readonly string[] _taskTypes = [.. taskTypes.TaskTypes.Select(taskType => RunHeader.NameOf(taskType.Name, taskType.Version))];

    // Guards what follows it.
    private readonly Lock _gate = new();
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Failure> _failures = new(StringComparer.Ordinal);
    private string? _lastFailure;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await PickUpAllAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(Interval, timeProvider, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task PickUpAllAsync(CancellationToken stoppingToken)
    {
        HashSet<Task> open = [];
        try
        {
            while (RoomBeside(open.Count) is var room and > 0)
            {
                IReadOnlyList<TakenLease> claimed = await ClaimAsync(Math.Min(room, MostAtOnce - open.Count), stoppingToken).ConfigureAwait(false);
                if (claimed.Count == 0)
                {
                    break;
                }

                open.UnionWith(claimed.Select(taken => PickUpAsync(taken, stoppingToken)));
                while (open.Count == MostAtOnce || open.Any(picked => picked.IsCompleted))
                {
                    open.Remove(await Task.WhenAny(open).ConfigureAwait(false));
                }
            }
        }
        finally
        {
            await Task.WhenAll(open).ConfigureAwait(false);
        }
    }

    /// <summary>For how many more runs there is room, beside those that are being resumed.</summary>
    private int RoomBeside(int resuming) => maxRuns - liveRuns.All.Count - resuming;

    private async Task<IReadOnlyList<TakenLease>> ClaimAsync(int max, CancellationToken stoppingToken)
    {
        try
        {
            IReadOnlyList<TakenLease> claimed = await leases.ClaimAsync(max, _taskTypes, Unwanted(), stoppingToken).ConfigureAwait(false);
            _lastFailure = null;
            return claimed;
        }
        catch (RunStoreException exception)
        {
            // A store that stays away says so once.
            if (_lastFailure != exception.Message)
            {
                _lastFailure = exception.Message;
                ExecutionLog.RunsNotListed(logger, exception);
            }

            return [];
        }
    }

    /// <summary>What is driven here, what cannot continue here, and what is tried again later.</summary>
    private string[] Unwanted()
    {
        DateTimeOffset now = timeProvider.GetUtcNow();
        lock (_gate)
        {
            return
            [
                .. liveRuns.All.Select(run => run.Handle.RunId),
                .. _refused,
                .. _failures.Where(failure => failure.Value.NotBefore > now).Select(failure => failure.Key),
            ];
        }
    }

    private async Task PickUpAsync(TakenLease taken, CancellationToken stoppingToken)
    {
        string runId = taken.Lease.RunId;
        try
        {
            OrchestrationRun run = await runs.ResumeAsync(taken, stoppingToken).ConfigureAwait(false);
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
            Report(runId, exception, _ => LongestPause);
            lock (_gate)
            {
                _refused.Add(runId);
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

    /// <summary>Why a run could not be gone on with, and when it is tried again.</summary>
    private sealed record Failure(string Message, TimeSpan Pause, DateTimeOffset NotBefore);
}
