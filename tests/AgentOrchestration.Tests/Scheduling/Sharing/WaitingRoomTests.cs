using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Scheduling.Sharing;

public sealed class WaitingRoomTests
{
    private readonly WaitingRoom _room = new(
        new AttemptLimiter(new ResourcePools([new ResourceAmount("pool", 1)]), maxAttempts: null, hasLimits: false), TimeProvider.System);

    [Fact]
    public void What_a_run_was_told_of_is_kept_for_it_until_it_has_answered()
    {
        (RunResources holder, ReadyGroup held) = Enter();
        (RunResources waiter, ReadyGroup waiting) = Enter();
        (RunResources newcomer, ReadyGroup asking) = Enter();
        Assert.True(holder.TryAcquire(held, out ResourceLease? lease));
        Assert.False(waiter.TryAcquire(waiting, out _));

        lease.Dispose();

        Assert.True(waiter.HasNews);
        Assert.False(newcomer.TryAcquire(asking, out _));
        waiter.TakeNews([]);
        Assert.True(waiter.TryAcquire(waiting, out _));
    }

    [Fact]
    public void What_a_run_was_told_of_and_did_not_take_goes_to_the_next()
    {
        (RunResources holder, ReadyGroup held) = Enter();
        (RunResources waiter, ReadyGroup waiting) = Enter();
        (RunResources newcomer, ReadyGroup asking) = Enter();
        Assert.True(holder.TryAcquire(held, out ResourceLease? lease));
        Assert.False(waiter.TryAcquire(waiting, out _));
        lease.Dispose();
        Assert.False(newcomer.TryAcquire(asking, out _));

        waiter.TakeNews([]);
        waiter.Forget(waiting);
        waiter.Answer();

        Assert.True(newcomer.HasNews);
        newcomer.TakeNews([]);
        Assert.True(newcomer.TryAcquire(asking, out _));
    }

    /// <summary>However many wait, the end of a pause is news for as many as the pool can serve.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    public void The_end_of_a_pause_notifies_only_those_that_can_be_served(int waiting)
    {
        var clock = new FakeTimeProvider();
        var pools = new ResourcePools([new ResourceDeclaration("pool", 2)], clock);
        var room = new WaitingRoom(new AttemptLimiter(pools, maxAttempts: null, hasLimits: false), clock);
        pools.Pause("pool", clock.GetUtcNow() + TimeSpan.FromMinutes(1));
        RunResources[] runs = [.. Enumerable.Range(0, waiting).Select(_ =>
        {
            (RunResources run, ReadyGroup group) = Enter(room);
            Assert.False(run.TryAcquire(group, out ResourceLease? _));
            return run;
        })];
        Assert.DoesNotContain(runs, run => run.HasNews);

        clock.Advance(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(1));

        Assert.Equal([true, true, false], runs[..3].Select(run => run.HasNews));
        Assert.Equal(2, runs.Count(run => run.HasNews));
    }

    [Fact]
    public void A_run_that_yields_in_a_pool_that_grows_is_not_notified_again_and_again()
    {
        var clock = new FakeTimeProvider();
        var pools = new ResourcePools([new ResourceDeclaration("pool", 2) { Kind = ResourcePoolKind.Replenishing, Period = TimeSpan.FromSeconds(1) }], clock);
        var room = new WaitingRoom(new AttemptLimiter(pools, maxAttempts: null, hasLimits: false), clock);
        (RunResources holder, ReadyGroup held) = Enter(room);
        (RunResources waiter, ReadyGroup waiting) = Enter(room, amount: 2);
        Assert.True(holder.TryAcquire(held, out _));
        Assert.False(waiter.TryAcquire(waiting, out _));
        Assert.False(holder.TryAcquire(held, out _));
        pools.SetCapacity("pool", 3);
        Assert.True(holder.HasNews);
        holder.TakeNews([]);

        Assert.False(holder.TryAcquire(held, out _));

        Assert.False(holder.Answer());
        waiter.TakeNews([]);
        Assert.True(waiter.TryAcquire(waiting, out _));
    }

    /// <summary>A pool that grows by itself releases nothing when work that took of it returns.</summary>
    [Fact]
    public void A_run_that_had_to_yield_in_a_pool_that_grows_is_notified_when_it_holds_no_more_than_the_others()
    {
        var pools = new ResourcePools([new ResourceDeclaration("pool", 4) { Kind = ResourcePoolKind.Replenishing, Period = TimeSpan.FromHours(1) }, new ResourceDeclaration("other", 0)], new FakeTimeProvider());
        var room = new WaitingRoom(new AttemptLimiter(pools, maxAttempts: null, hasLimits: false), TimeProvider.System);
        (RunResources holder, ReadyGroup held) = Enter(room);
        Assert.True(holder.TryAcquire(held, out ResourceLease? lease));
        var first = new RunResources(room, maxBypasses: 1) { IsRunning = static () => false };
        ReadyGroup blocking = first.CreateGroup(0, ResourceRequirements.Of(new ResourceAmount("other", 1), new ResourceAmount("pool", 1)));
        ReadyGroup blocked = first.CreateGroup(1, ResourceRequirements.Of("pool", 1));
        blocking.Subtasks.Enqueue(0);
        blocked.Subtasks.Enqueue(1);
        Assert.False(first.TryAcquire(blocking, out _));
        Assert.True(first.TryAcquire(blocked, out _));
        Assert.False(first.TryAcquire(blocked, out _));
        Assert.False(holder.TryAcquire(held, out _));

        lease.Dispose();

        Assert.True(holder.HasNews);
    }

    private (RunResources Share, ReadyGroup Group) Enter(WaitingRoom? room = null, int amount = 1)
    {
        var share = new RunResources(room ?? _room);
        ReadyGroup group = share.CreateGroup(0, ResourceRequirements.Of("pool", amount));
        group.Subtasks.Enqueue(0);
        return (share, group);
    }
}
