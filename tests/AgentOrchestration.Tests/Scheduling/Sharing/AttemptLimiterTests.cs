using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Tests.Scheduling.Sharing;

public sealed class AttemptLimiterTests
{
    private static readonly ResourceRequirements Limited = ResourceRequirements.Of("concurrency:1:work", 1);
    private static readonly ResourceRequirements LimitedAndGpu = Limited.Union(ResourceRequirements.Of("gpu", 1));

    [Fact]
    public void What_the_ledger_refuses_takes_no_place_of_a_limit()
    {
        var ledger = new ResourcePools([new("gpu", 1)]);
        var resources = new AttemptLimiter(ledger, maxAttempts: 1);
        Assert.True(ledger.TryAcquire(ResourceRequirements.Of("gpu", 1), out _));

        Assert.False(resources.TryAcquire(LimitedAndGpu, out _));

        Assert.True(resources.TryAcquire(Limited, out ResourceLease? lease));
        Assert.False(resources.TryAcquire(ResourceRequirements.None, out _));
        lease.Dispose();
        lease.Dispose();
        Assert.True(resources.TryAcquire(ResourceRequirements.None, out _));
        Assert.False(resources.TryAcquire(ResourceRequirements.None, out _));
    }

    [Fact]
    public void What_a_limit_refuses_takes_nothing_from_the_ledger()
    {
        var ledger = new ResourcePools([new("gpu", 2)]);
        var resources = new AttemptLimiter(ledger, maxAttempts: null);
        Assert.True(resources.TryAcquire(LimitedAndGpu, out ResourceLease? lease));

        Assert.False(resources.TryAcquire(LimitedAndGpu, out _));
        Assert.Equal(1, ledger.Snapshot()[0].InUse);
        lease.Dispose();

        Assert.Equal(0, ledger.Snapshot()[0].InUse);
        Assert.True(resources.TryAcquire(LimitedAndGpu, out _));
    }

    [Fact]
    public void A_ledger_that_throws_takes_no_place_of_a_limit()
    {
        var resources = new AttemptLimiter(new Broken(), maxAttempts: 1);

        Assert.Throws<InvalidOperationException>(() => resources.TryAcquire(LimitedAndGpu, out _));

        Assert.True(resources.TryAcquire(Limited, out _));
    }

    private sealed class Broken : IResourceManager
    {
        public event EventHandler? Released
        {
            add { }
            remove { }
        }

        public long? GetCapacity(string name) => 1;

        public bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease) => throw new InvalidOperationException("Broken.");

        public IReadOnlyList<ResourcePoolSnapshot> Snapshot() => [];
    }
}
