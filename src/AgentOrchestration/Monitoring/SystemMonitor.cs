using AgentOrchestration.Resources;

namespace AgentOrchestration.Monitoring;

/// <summary>
/// Watches what the process uses, as long as a run is active. Costs nothing per subtask: usage is read from samples, in between by
/// linear interpolation. Safe for concurrent use.
/// </summary>
public sealed class SystemMonitor : IDisposable
{
    private const int SamplesKept = 4096;

    private readonly Lock _gate = new();
    private readonly IResourceProbe _probe;
    private readonly IResourceManager _resources;
    private readonly TimeProvider _timeProvider;
    private readonly TimeSpan _interval;
    private readonly List<(DateTimeOffset Time, ResourceSample Sample)> _samples = [];
    private (DateTimeOffset Time, ResourceSample Sample) _lastSnapshot;
    private ITimer? _timer;
    private int _activeRuns;

    internal SystemMonitor(IResourceProbe probe, IResourceManager resources, TimeProvider timeProvider, TimeSpan interval)
    {
        _probe = probe;
        _resources = resources;
        _timeProvider = timeProvider;
        _interval = interval;
    }

    internal event Action<SystemSnapshot>? Sampled;

    /// <summary>The latest snapshot, or <see langword="null"/> before the first run.</summary>
    public SystemSnapshot? Latest { get; private set; }

    /// <summary>What the process used between two moments; nothing for time that was not watched.</summary>
    /// <param name="from">The first moment.</param>
    /// <param name="to">The second, not before the first.</param>
    public ResourceUsage UsageBetween(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_gate)
        {
            if (_samples.Count > 0 && to > _samples[^1].Time)
            {
                AddSample();
            }

            long peak = _samples.Where(sample => sample.Time >= from && sample.Time <= to).Select(sample => sample.Sample.MemoryBytes).DefaultIfEmpty(0).Max();
            return new ResourceUsage(
                CpuTimeAt(to) - CpuTimeAt(from),
                Math.Max(peak, _samples.LastOrDefault(sample => sample.Time <= to).Sample.MemoryBytes));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    internal void RunStarted()
    {
        lock (_gate)
        {
            if (_activeRuns++ == 0)
            {
                _samples.Clear();
                _lastSnapshot = AddSample();
                _timer = _timeProvider.CreateTimer(_ => Sample(), null, _interval, _interval);
            }
        }
    }

    internal void RunEnded()
    {
        lock (_gate)
        {
            if (--_activeRuns == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }
    }

    internal void Sample()
    {
        SystemSnapshot snapshot;
        lock (_gate)
        {
            (DateTimeOffset Time, ResourceSample Sample) before = _lastSnapshot;
            (DateTimeOffset Time, ResourceSample Sample) now = _lastSnapshot = AddSample();
            TimeSpan allowance = (now.Time - before.Time) * now.Sample.Processors;
            double utilization = allowance > TimeSpan.Zero ? Math.Clamp((now.Sample.CpuTime - before.Sample.CpuTime) / allowance, 0, 1) : 0;
            snapshot = new SystemSnapshot(now.Time, utilization, now.Sample.MemoryBytes, now.Sample.MemoryLimitBytes, _activeRuns, _resources.Snapshot());
            Latest = snapshot;
        }

        Sampled?.Invoke(snapshot);
    }

    private (DateTimeOffset Time, ResourceSample Sample) AddSample()
    {
        if (_samples.Count == SamplesKept)
        {
            // Every other old sample goes: what is long past is known more coarsely.
            int place = 0;
            _samples.RemoveAll(_ => place++ < SamplesKept / 2 && place % 2 == 0);
        }

        (DateTimeOffset Time, ResourceSample Sample) sample = (_timeProvider.GetUtcNow(), _probe.Sample());
        _samples.Add(sample);
        return sample;
    }

    private TimeSpan CpuTimeAt(DateTimeOffset time)
    {
        int after = _samples.FindIndex(sample => sample.Time >= time);
        if (after <= 0)
        {
            return _samples.Count == 0 ? TimeSpan.Zero : (after == 0 ? _samples[0] : _samples[^1]).Sample.CpuTime;
        }

        (DateTimeOffset startTime, ResourceSample start) = _samples[after - 1];
        (DateTimeOffset endTime, ResourceSample end) = _samples[after];
        return start.CpuTime + ((end.CpuTime - start.CpuTime) * ((time - startTime) / (endTime - startTime)));
    }
}
