using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;

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

    private (RunResources Share, ReadyGroup Group) Enter()
    {
        var share = new RunResources(_room);
        ReadyGroup group = share.CreateGroup(0, ResourceRequirements.Of("pool", 1));
        group.Subtasks.Enqueue(0);
        return (share, group);
    }
}
