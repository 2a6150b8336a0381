using AgentOrchestration.Resources;

namespace AgentOrchestration.Tests.Resources;

public sealed class ResourcePoolsTests
{
    [Fact]
    public void TryAcquire_AllIsFree_TakesAll()
    {
        var pools = Pools();

        Assert.True(pools.TryAcquire(Needs(("cpu", 3000), ("gpu", 2)), out ResourceLease? lease));

        Assert.Equal(Needs(("cpu", 3000), ("gpu", 2)), lease.Granted);
        Assert.Equal([new("cpu", 4000, 3000), new("gpu", 2, 2)], pools.Snapshot());
    }

    [Theory]
    [InlineData(4001, 1)]
    [InlineData(1, 3)]
    public void TryAcquire_OneNeedIsAboveWhatIsFree_TakesNothing(long cpu, long gpu)
    {
        var pools = Pools();

        Assert.False(pools.TryAcquire(Needs(("cpu", cpu), ("gpu", gpu)), out ResourceLease? lease));

        Assert.Null(lease);
        Assert.All(pools.Snapshot(), pool => Assert.Equal(0, pool.InUse));
    }

    [Fact]
    public void TryAcquire_ExactlyTheRestIsFree_TakesIt()
    {
        var pools = Pools();
        Assert.True(pools.TryAcquire(Needs(("cpu", 3999)), out _));

        Assert.False(pools.TryAcquire(Needs(("cpu", 2)), out _));
        Assert.True(pools.TryAcquire(Needs(("cpu", 1)), out _));
        Assert.Equal(0, pools.Snapshot()[0].Free);
    }

    [Fact]
    public void TryAcquire_AmountsAtTheEndOfTheRange_DoNotOverflow()
    {
        var pools = new ResourcePools([new("tokens", long.MaxValue)]);

        Assert.True(pools.TryAcquire(Needs(("tokens", long.MaxValue)), out _));
        Assert.False(pools.TryAcquire(Needs(("tokens", long.MaxValue)), out _));
        Assert.Equal(long.MaxValue, pools.Snapshot()[0].InUse);
    }

    [Fact]
    public void TryAcquire_UnknownPool_IsNeverGrantedAndTakesNothingOfTheOthers()
    {
        var pools = Pools();

        Assert.False(pools.TryAcquire(Needs(("cpu", 1), ("quantum", 1)), out _));
        Assert.Null(pools.GetCapacity("quantum"));
        Assert.Equal(0, pools.Snapshot()[0].InUse);
    }

    [Fact]
    public void TryAcquire_NamesDifferInCase_AreDifferentPools() => Assert.False(Pools().TryAcquire(Needs(("CPU", 1)), out _));

    [Fact]
    public void TryAcquire_NoNeeds_IsGrantedThoughNothingIsFree()
    {
        var pools = Pools();
        Assert.True(pools.TryAcquire(Needs(("cpu", 4000), ("gpu", 2)), out _));

        Assert.True(pools.TryAcquire(ResourceRequirements.None, out ResourceLease? lease));
        lease.Dispose();
    }

    [Fact]
    public void Dispose_Twice_GivesBackOnce()
    {
        var pools = Pools();
        Assert.True(pools.TryAcquire(Needs(("gpu", 1)), out ResourceLease? first));
        Assert.True(pools.TryAcquire(Needs(("gpu", 1)), out _));

        first.Dispose();
        first.Dispose();

        Assert.Equal(1, pools.Snapshot()[1].InUse);
    }

    [Fact]
    public void Released_IsRaisedOnceForEachLeaseAndNotForARefusal()
    {
        var pools = Pools();
        int released = 0;
        pools.Released += (_, _) => released++;
        Assert.True(pools.TryAcquire(Needs(("gpu", 2)), out ResourceLease? lease));
        Assert.False(pools.TryAcquire(Needs(("gpu", 1)), out _));
        Assert.Equal(0, released);

        lease.Dispose();
        lease.Dispose();

        Assert.Equal(1, released);
    }

    [Fact]
    public void Released_IsRaisedOutsideTheLockAfterTheResourcesAreFree()
    {
        var pools = Pools();
        bool granted = false;
        pools.Released += (_, _) =>
        {
            // Another thread: the lock is free to anybody, not only to the one who holds it.
            var elsewhere = new Thread(() => granted = pools.TryAcquire(Needs(("gpu", 2)), out _)) { IsBackground = true };
            elsewhere.Start();
            Assert.True(elsewhere.Join(TimeSpan.FromSeconds(60)));
        };
        Assert.True(pools.TryAcquire(Needs(("gpu", 2)), out ResourceLease? lease));

        lease.Dispose();

        Assert.True(granted);
    }

    [Fact]
    public void Released_AListenerThrows_TheOthersHearAndTheResourcesAreFree()
    {
        var pools = Pools();
        List<string> heard = [];
        pools.Released += (_, _) => throw new InvalidOperationException("The first fails.");
        pools.Released += (_, _) => heard.Add("second");
        pools.Released += (_, _) => throw new InvalidOperationException("The third fails.");
        pools.Released += (_, _) => heard.Add("fourth");
        Assert.True(pools.TryAcquire(Needs(("gpu", 2)), out ResourceLease? lease));

        AggregateException thrown = Assert.Throws<AggregateException>(lease.Dispose);

        Assert.Equal(["second", "fourth"], heard);
        Assert.Equal(["The first fails.", "The third fails."], thrown.InnerExceptions.Select(exception => exception.Message));
        Assert.Equal(0, pools.Snapshot()[1].InUse);
    }

    [Fact]
    public void Capacities_LaterOnesOfANameReplaceEarlierOnes()
    {
        var pools = new ResourcePools([new("cpu", 1000), new("gpu", 1), new("cpu", 7000)]);

        Assert.Equal(7000, pools.GetCapacity("cpu"));
        Assert.Equal([new("cpu", 7000, 0), new("gpu", 1, 0)], pools.Snapshot());
    }

    private static ResourcePools Pools() => new([new("gpu", 2), new("cpu", 4000)]);

    private static ResourceRequirements Needs(params (string Name, long Amount)[] needs) =>
        ResourceRequirements.Of(needs.Select(need => new ResourceAmount(need.Name, need.Amount)));
}
