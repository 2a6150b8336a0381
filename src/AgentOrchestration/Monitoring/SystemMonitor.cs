using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Monitoring;

/// <summary>
/// Watches what the process uses, as long as a run is active. Holds no run up: usage is read from samples, in between by linear
/// interpolation. Safe for concurrent use.
/// </summary>
public sealed class SystemMonitor : IDisposable
{
    private readonly Lock _gate = new();
    private readonly IResourceProbe _probe;
    private readonly IResourceManager _resources;
    private readonly WaitingRoom _shares;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _interval;
    private readonly ILogger _logger;
    private readonly UsageHistory _history = new();
    private DateTimeOffset _watchedSince;
    private long _watchedSinceTimestamp;
    private (DateTimeOffset Time, ResourceSample Sample)? _lastSnapshot;
    private ITimer? _timer;
    private int _activeRuns;
    private bool _probeThrows;

    internal SystemMonitor(IResourceProbe probe, IResourceManager resources, WaitingRoom shares, TimeProvider timeProvider, TimeSpan interval, ILogger<SystemMonitor> logger)
    {
        _probe = probe;
        _resources = resources;
        _shares = shares;
        _timeProvider = timeProvider;
        _interval = interval;
        _logger = logger;
    }

    internal event Action<SystemSnapshot>? Sampled;

    /// <summary>Gets the latest snapshot.</summary>
    /// <value><see langword="null"/> before the first.</value>
    public SystemSnapshot? Latest { get; private set; }

    /// <summary>
    /// Computes what the process used between two moments: nothing for time before the first run; time between two runs that was not sampled is known
    /// as a whole.
    /// </summary>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The second, not before the first.</param>
    /// <returns>The usage.</returns>
    public ResourceUsage UsageBetween(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_gate)
        {
            if (_history.Count > 0 && !_history.Reaches(to))
            {
                Probe();
            }

            return _history.Between(from, to);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            StopTimer();
        }
    }

    internal void RunStarted()
    {
        lock (_gate)
        {
            if (_activeRuns++ == 0)
            {
                _watchedSince = _timeProvider.GetUtcNow();
                _watchedSinceTimestamp = _timeProvider.GetTimestamp();
                _lastSnapshot = Probe();
                _timer = StartTimer();
            }
        }
    }

    internal void RunEnded()
    {
        lock (_gate)
        {
            if (--_activeRuns == 0)
            {
                StopTimer();
            }
        }
    }

    /// <summary>Due once, and again only when a snapshot has been dealt with: snapshots never pile up, whatever the clock does.</summary>
    private ITimer StartTimer()
    {
        // The timer serves many runs; it must not carry the ambient values (activity, culture…) of the first along.
        using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        return _timeProvider.CreateTimer(static monitor => ((SystemMonitor)monitor!).OnTimer(), this, _interval, Timeout.InfiniteTimeSpan);
    }

    private void StopTimer()
    {
        _timer?.Dispose();
        _timer = null;
    }

    private void OnTimer()
    {
        try
        {
            if (TakeSnapshot() is { } snapshot)
            {
                Sampled?.Invoke(snapshot);
            }
        }
        catch (Exception exception)
        {
            // The resource manager may be the application's own, and an exception on a timer's thread ends the process.
            MonitoringLog.SnapshotFailed(_logger, exception);
        }

        lock (_gate)
        {
            _timer?.Change(_interval, Timeout.InfiniteTimeSpan);
        }
    }

    private SystemSnapshot? TakeSnapshot()
    {
        lock (_gate)
        {
            if (_timer is null || Probe() is not { } now)
            {
                return null;
            }

            TimeSpan allowance = (now.Time - (_lastSnapshot?.Time ?? now.Time)) * now.Sample.Processors;
            double utilization = allowance > TimeSpan.Zero ? Math.Clamp((now.Sample.CpuTime - _lastSnapshot!.Value.Sample.CpuTime) / allowance, 0, 1) : 0;
            _lastSnapshot = now;
            return Latest = new SystemSnapshot(
                now.Time, utilization, now.Sample.MemoryBytes, now.Sample.MemoryLimitBytes, _activeRuns, _resources.Snapshot())
            {
                ResourceWaits = _shares.Waits(),
            };
        }
    }

    /// <summary>Reads the probe now, in time that never runs backwards while a run is active.</summary>
    /// <returns>What it read, or <see langword="null"/> when it threw.</returns>
    private (DateTimeOffset Time, ResourceSample Sample)? Probe()
    {
        try
        {
            (DateTimeOffset Time, ResourceSample Sample) read = (_watchedSince + _timeProvider.GetElapsedTime(_watchedSinceTimestamp), _probe.Sample());
            _history.Add(read.Time, read.Sample);
            _probeThrows = false;
            return read;
        }
        catch (Exception exception)
        {
            if (!_probeThrows)
            {
                MonitoringLog.ProbeThrew(_logger, exception, _probe.GetType().Name);
            }

            _probeThrows = true;
            return null;
        }
    }
}
