using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Scheduling.Waiting;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>A pool that grows again between two looks at it.</summary>
public sealed class GrowingPoolTests
{
    [Fact]
    public void However_time_passes_between_two_looks_nobody_waits_for_what_is_there()
    {
        for (long step = 1; step <= 150; step++)
        {
            var clock = new MovingClock(step);
            var pools = new ResourcePools([new ResourceDeclaration("rate", 1) { Kind = ResourcePoolKind.Replenishing, Period = TimeSpan.FromTicks(100) }], clock);
            var room = new WaitingRoom(new LimitedResources(pools, maxAttempts: null, hasLimits: false), clock);
            Waiter[] waiters = [.. Enumerable.Range(0, 4).Select(_ => new Waiter(room))];
            Array.ForEach(waiters, static waiter => waiter.Ask());

            for (int round = 0; Array.Exists(waiters, static waiter => !waiter.IsServed); round++)
            {
                Assert.True(round < 1_000, $"At {step} ticks a look somebody asks without end.");
                if (Array.Find(waiters, static waiter => waiter.IsTold) is { } told)
                {
                    told.Ask();
                }
                else
                {
                    Assert.True(clock.IsArmed, $"At {step} ticks a look nothing wakes who waits.");
                    clock.Fire();
                }
            }
        }
    }

    private sealed class Waiter
    {
        private readonly RunShare _share;
        private readonly ReadyGroup _group;
        private readonly List<ReadyGroup> _woken = [];

        public Waiter(WaitingRoom room)
        {
            _share = new RunShare(room) { IsRunning = static () => false };
            _group = _share.CreateGroup(0, ResourceRequirements.Of("rate", 1));
            _group.Subtasks.Enqueue(0);
        }

        public bool IsServed { get; private set; }

        public bool IsTold => _share.HasNews;

        public void Ask()
        {
            do
            {
                _share.TakeNews(_woken);
                if (!IsServed && !_group.IsParked && _share.TryAcquire(_group, out ResourceLease? lease))
                {
                    IsServed = true;
                    lease.Dispose();
                    _share.Forget(_group);
                }
            }
            while (_share.Answer());
        }
    }

    /// <summary>Time passes with every look at it.</summary>
#pragma warning disable CA1001 // Its timer holds nothing.
    private sealed class MovingClock(long step) : TimeProvider
#pragma warning restore CA1001
    {
        private Timer? _timer;
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public bool IsArmed => _timer is { IsArmed: true };

        public override long GetTimestamp() => _now += step;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _timer = new Timer(callback, state);

        public void Fire()
        {
            _now += TimeSpan.TicksPerMillisecond;
            _timer!.Fire();
        }

        private sealed class Timer(TimerCallback callback, object? state) : ITimer
        {
            public bool IsArmed { get; private set; }

            public bool Change(TimeSpan dueTime, TimeSpan period) => IsArmed = dueTime != Timeout.InfiniteTimeSpan;

            public void Fire()
            {
                IsArmed = false;
                callback(state);
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
