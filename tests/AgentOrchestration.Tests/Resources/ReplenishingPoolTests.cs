using AgentOrchestration.Resources;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Resources;

public sealed class ReplenishingPoolTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void What_is_taken_does_not_come_back_with_the_lease()
    {
        ResourcePools pools = Tokens(90);
        Assert.True(pools.TryAcquire(Of(90), out ResourceLease? lease));

        lease.Dispose();

        Assert.False(pools.TryAcquire(Of(1), out _));
        Assert.Equal((90, 0), (pools.Snapshot()[0].InUse, pools.Snapshot()[0].Free));
        Assert.Equal(ResourcePoolKind.Replenishing, pools.Snapshot()[0].Kind);
    }

    [Fact]
    public void It_grows_steadily_and_never_above_its_capacity()
    {
        ResourcePools pools = Tokens(90);
        Assert.True(pools.TryAcquire(Of(90), out _));

        _clock.Advance(Minute / 2);
        Assert.Equal(45, pools.Snapshot()[0].Free);
        _clock.Advance(Minute);
        Assert.Equal(90, pools.Snapshot()[0].Free);
        _clock.Advance(100 * Minute);

        Assert.True(pools.TryAcquire(Of(90), out _));
        Assert.False(pools.TryAcquire(Of(1), out _));
    }

    [Fact]
    public void Who_was_refused_is_told_when_there_is_enough_and_nobody_else_is_told_anything()
    {
        ResourcePools pools = Tokens(60);
        int told = 0;
        pools.Released += (_, _) => told++;
        Assert.True(pools.TryAcquire(Of(60), out ResourceLease? lease));
        lease.Dispose();
        _clock.Advance(Minute);
        Assert.True(pools.TryAcquire(Of(60), out _));
        Assert.Equal(0, told);
        Assert.False(pools.TryAcquire(Of(30), out _));
        Assert.False(pools.TryAcquire(Of(10), out _));

        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, told);
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(1, told);
        Assert.True(pools.TryAcquire(Of(10), out _));
    }

    [Fact]
    public void A_listener_that_throws_does_not_end_the_process()
    {
        ResourcePools pools = Tokens(1);
        pools.Released += (_, _) => throw new InvalidOperationException("No.");
        Assert.True(pools.TryAcquire(Of(1), out _));
        Assert.False(pools.TryAcquire(Of(1), out _));

        _clock.Advance(2 * Minute);

        Assert.True(pools.TryAcquire(Of(1), out _));
    }

    /// <summary>Over any window of time no more is granted than the capacity and what grows in the window.</summary>
    [Fact]
    public void No_window_of_time_gets_more_than_the_capacity_and_what_grows_in_it() =>
        Gen.Select(Gen.Long[1, 100], Gen.Long[1, 100_000], Gen.Select(Gen.Long[1, 60], Gen.Long[0, 5_000]).Array[1, 60]).Sample((capacity, periodTicks, steps) =>
        {
            var clock = new FakeTimeProvider();
            var pools = new ResourcePools(
                [new ResourceDeclaration("tokens", capacity) { Kind = ResourcePoolKind.Replenishing, Period = TimeSpan.FromTicks(periodTicks) }], clock);
            List<(long Time, long Amount)> granted = [];
            long now = 0;
            Int128 missing = 0;
            foreach ((long amount, long wait) in steps)
            {
                clock.Advance(TimeSpan.FromTicks(wait));
                now += wait;
                missing = Int128.Max(0, missing - ((Int128)capacity * wait));
                bool expected = missing + ((Int128)amount * periodTicks) <= (Int128)capacity * periodTicks;
                Assert.Equal(expected, pools.TryAcquire(Of(amount), out _));
                if (expected)
                {
                    missing += (Int128)amount * periodTicks;
                    granted.Add((now, amount));
                }
            }

            for (int from = 0; from < granted.Count; from++)
            {
                long sum = 0;
                for (int to = from; to < granted.Count; to++)
                {
                    sum += granted[to].Amount;
                    Assert.True((Int128)sum * periodTicks <= ((Int128)capacity * periodTicks) + ((Int128)capacity * (granted[to].Time - granted[from].Time)));
                }
            }
        });

    [Fact]
    public void Amounts_and_periods_at_the_end_of_their_ranges_do_not_overflow()
    {
        var pools = new ResourcePools(
            [new ResourceDeclaration("tokens", long.MaxValue) { Kind = ResourcePoolKind.Replenishing, Period = TimeSpan.FromDays(366) }], _clock);

        Assert.True(pools.TryAcquire(Of(long.MaxValue), out _));
        Assert.False(pools.TryAcquire(Of(long.MaxValue), out _));
        _clock.Advance(TimeSpan.FromDays(400));
        Assert.True(pools.TryAcquire(Of(long.MaxValue), out _));
    }

    private static ResourceRequirements Of(long amount) => ResourceRequirements.Of("tokens", amount);

    private ResourcePools Tokens(long capacity) =>
        new([new ResourceDeclaration("tokens", capacity) { Kind = ResourcePoolKind.Replenishing, Period = Minute }], _clock);
}
