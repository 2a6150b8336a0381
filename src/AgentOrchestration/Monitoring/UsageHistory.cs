using AgentOrchestration.Resources;

namespace AgentOrchestration.Monitoring;

/// <summary>Samples of one process in the order of their times, which are all different; in between, usage is interpolated. Not thread-safe.</summary>
internal sealed class UsageHistory
{
    private const int MostSamples = 4096;

    private readonly List<(DateTimeOffset Time, ResourceSample Sample)> _samples = [];

    public int Count => _samples.Count;

    public bool Reaches(DateTimeOffset time) => _samples.Count > 0 && _samples[^1].Time >= time;

    public void Add(DateTimeOffset time, ResourceSample sample)
    {
        if (_samples.Count > 0 && time < _samples[^1].Time)
        {
            // The system's clock was set back between two watches: what was known stands at times that come again.
            _samples.Clear();
        }
        else if (Reaches(time))
        {
            _samples.RemoveAt(_samples.Count - 1);
        }
        else if (_samples.Count == MostSamples)
        {
            Thin();
        }

        _samples.Add((time, sample));
    }

    /// <summary>The usage between two moments, the second not before the first.</summary>
    public ResourceUsage Between(DateTimeOffset from, DateTimeOffset to)
    {
        int end = FirstAtOrAfter(to);
        if (end < _samples.Count && _samples[end].Time == to)
        {
            end++;
        }

        // The memory held at the first moment is what the sample before it saw, unless another follows.
        long peak = 0;
        for (int i = Math.Max(0, Math.Min(FirstAtOrAfter(from), end - 1)); i < end; i++)
        {
            peak = Math.Max(peak, _samples[i].Sample.MemoryBytes);
        }

        return new ResourceUsage(CpuTimeAt(to) - CpuTimeAt(from), peak);
    }

    /// <summary>Every other old sample goes: what is long past is known more coarsely.</summary>
    private void Thin()
    {
        int place = 0;
        _samples.RemoveAll(_ => place++ < MostSamples / 2 && place % 2 == 0);
    }

    private TimeSpan CpuTimeAt(DateTimeOffset time)
    {
        if (_samples.Count == 0)
        {
            return TimeSpan.Zero;
        }

        int after = FirstAtOrAfter(time);
        if (after == 0 || after == _samples.Count)
        {
            return _samples[Math.Min(after, _samples.Count - 1)].Sample.CpuTime;
        }

        (DateTimeOffset startTime, ResourceSample start) = _samples[after - 1];
        (DateTimeOffset endTime, ResourceSample end) = _samples[after];
        return start.CpuTime + ((end.CpuTime - start.CpuTime) * ((time - startTime) / (endTime - startTime)));
    }

    private int FirstAtOrAfter(DateTimeOffset time)
    {
        int low = 0;
        int high = _samples.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _samples[middle].Time < time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
