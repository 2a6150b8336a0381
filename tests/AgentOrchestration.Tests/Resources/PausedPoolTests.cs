using AgentOrchestration.Resources;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Resources;

public sealed class PausedPoolTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ResourcePools _pools;
    private readonly List<string> _released = [];

    public PausedPoolTests()
    {
        _pools = new ResourcePools([new ResourceDeclaration("gpu", 2), new ResourceDeclaration("calls", 60) { Kind = ResourcePoolKind.Replenishing, Period = TimeSpan.FromMinutes(1) }], _clock);
        _pools.Released += (_, released) => _released.AddRange(((ResourcesReleasedEventArgs)released).Pools);
    }

    [Fact]
    public void A_paused_pool_grants_nothing_until_its_time_and_says_so()
    {
        Assert.True(_pools.Pause("gpu", _clock.GetUtcNow() + TimeSpan.FromSeconds(30)));

        Assert.False(_pools.TryAcquire(Of("gpu"), out _));
        Assert.True(_pools.TryAcquire(Of("calls"), out _));
        Assert.Equal(0, _pools.GetFree("gpu"));
        Assert.Equal(2, _pools.GetCapacity("gpu"));
        ResourcePoolSnapshot gpu = _pools.Snapshot().Single(pool => pool.Name == "gpu");
        Assert.Equal((0, TimeSpan.FromSeconds(30)), (gpu.Free, gpu.PausedFor));

        _clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Contains("gpu", _released);
        Assert.True(_pools.TryAcquire(Of("gpu"), out _));
        Assert.Equal(TimeSpan.Zero, _pools.Snapshot().Single(pool => pool.Name == "gpu").PausedFor);
    }

    [Fact]
    public void What_is_given_back_during_a_pause_waits_for_its_end()
    {
        Assert.True(_pools.TryAcquire(Of("gpu", 2), out ResourceLease? lease));
        Assert.False(_pools.TryAcquire(Of("gpu"), out _));
        _pools.Pause("gpu", _clock.GetUtcNow() + TimeSpan.FromSeconds(30));

        lease.Dispose();

        Assert.False(_pools.TryAcquire(Of("gpu"), out _));
        _released.Clear();
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Contains("gpu", _released);
        Assert.True(_pools.TryAcquire(Of("gpu", 2), out _));
    }

    [Fact]
    public void A_pool_that_replenishes_grows_while_it_is_paused_and_grants_nothing()
    {
        Assert.True(_pools.TryAcquire(Of("calls", 60), out _));
        _pools.Pause("calls", _clock.GetUtcNow() + TimeSpan.FromSeconds(30));

        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(0, _pools.GetFree("calls"));
        Assert.True(_pools.AnnounceWhenFree("calls", 10));
        Assert.DoesNotContain("calls", _released);
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Contains("calls", _released);
        Assert.True(_pools.TryAcquire(Of("calls", 30), out _));
    }

    [Fact]
    public void A_pause_may_be_longer_shorter_and_ended()
    {
        _pools.Pause("gpu", _clock.GetUtcNow() + TimeSpan.FromSeconds(30));
        _pools.Pause("calls", _clock.GetUtcNow() + TimeSpan.FromSeconds(90));
        _pools.Pause("gpu", _clock.GetUtcNow() + TimeSpan.FromSeconds(60));
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(0, _pools.GetFree("gpu"));
        _released.Clear();

        _pools.Pause("gpu", _clock.GetUtcNow());

        Assert.Equal(["gpu"], _released);
        Assert.Equal(2, _pools.GetFree("gpu"));
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Contains("calls", _released);
    }

    [Fact]
    public void A_pause_for_ever_is_bounded_and_a_pool_that_is_not_there_is_an_error()
    {
        _pools.Pause("gpu", DateTimeOffset.MaxValue);
        _clock.Advance(TimeSpan.FromDays(365));
        Assert.Equal(0, _pools.GetFree("gpu"));
        _clock.Advance(TimeSpan.FromDays(2));

        Assert.Equal(2, _pools.GetFree("gpu"));
        Assert.Contains("'tpu'", Assert.Throws<ArgumentException>(() => _pools.Pause("tpu", DateTimeOffset.MaxValue)).Message, StringComparison.Ordinal);
    }

    private static ResourceRequirements Of(string name, long amount = 1) => ResourceRequirements.Of(name, amount);
}
