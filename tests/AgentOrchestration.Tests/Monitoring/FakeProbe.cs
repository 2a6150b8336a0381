using AgentOrchestration.Resources;

namespace AgentOrchestration.Tests.Monitoring;

/// <summary>A process of two cores whose usage the test decides.</summary>
internal sealed class FakeProbe : IResourceProbe
{
    private const long MiB = 1024 * 1024;
    private readonly Lock _gate = new();
    private TimeSpan _cpuTime;
    private long _memoryMiB = 100;
    private int _samples;
    private bool _throws;

    /// <summary>How often it was read.</summary>
    public int Samples => Volatile.Read(ref _samples);

    public void Use(TimeSpan cpuTime, long memoryMiB = 100)
    {
        lock (_gate)
        {
            _cpuTime += cpuTime;
            _memoryMiB = memoryMiB;
        }
    }

    public void Break(bool throws = true) => Volatile.Write(ref _throws, throws);

    public ResourceSample Sample()
    {
        Interlocked.Increment(ref _samples);
        if (Volatile.Read(ref _throws))
        {
            throw new InvalidTimeZoneException("The probe broke.");
        }

        lock (_gate)
        {
            return new ResourceSample(_cpuTime, Processors: 2, _memoryMiB * MiB, 1000 * MiB);
        }
    }
}
