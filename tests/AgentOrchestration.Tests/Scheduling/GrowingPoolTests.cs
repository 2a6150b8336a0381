using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>A pool that grows again between two looks at it.</summary>
public sealed class GrowingPoolTests
{
    [Fact]
    public void However_time_passes_between_two_looks_nobody_waits_for_what_is_there() => Gen.Int[0, int.MaxValue].Sample(seed => Hold(new Random(seed)), iter: Simulations.Of(5_000));

    private static void Hold(Random random)
    {
        var clock = new MovingClock(random.Next(1, 150));
        var pools = new ResourcePools([new ResourceDeclaration("rate", random.Next(1, 4)) { Kind = ResourcePoolKind.Replenishing, Period = TimeSpan.FromTicks(100) }], clock);
        var room = new WaitingRoom(new AttemptLimiter(pools, maxAttempts: null, hasLimits: false), clock);
        Waiter[] waiters = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => new Waiter(room, random.Next(1, 5)))];
        Array.ForEach(waiters, static waiter => waiter.Ask());

        for (int round = 0; Array.Exists(waiters, static waiter => !waiter.IsServed); round++)
        {
            Assert.True(round < 1_000, "Somebody asks without end.");
            Waiter[] told = Array.FindAll(waiters, static waiter => waiter.IsTold);
            if (random.Next(20) == 0)
            {
                // Everybody is told.
                pools.SetCapacity("rate", random.Next(1, 4));
            }
            else if (told.Length > 0 && random.Next(3) > 0)
            {
                told[random.Next(told.Length)].Ask();
            }
            else
            {
                Assert.True(told.Length > 0 || clock.IsArmed, "Nothing wakes who waits.");
                clock.Fire();
            }
        }
    }

    /// <summary>A run that takes one after another, and gives nothing back before it has all.</summary>
    private sealed class Waiter
    {
        private readonly RunResources _share;
        private readonly ReadyGroup _group;
        private readonly List<ReadyGroup> _woken = [];
        private readonly List<ResourceLease> _leases = [];
        private readonly int _needed;

        public Waiter(WaitingRoom room, int needed)
        {
            _needed = needed;
            _share = new RunResources(room) { IsRunning = () => _leases.Count > 0 };
            _group = _share.CreateGroup(0, ResourceRequirements.Of("rate", 1));
            _group.Subtasks.Enqueue(0);
        }

        public bool IsServed => _leases.Count == _needed;

        public bool IsTold => _share.HasNews;

        public void Ask()
        {
            do
            {
                _share.TakeNews(_woken);
                while (!IsServed && !_group.IsParked && _share.TryAcquire(_group, out ResourceLease? lease))
                {
                    _leases.Add(lease);
                }

                if (IsServed)
                {
                    _share.Forget(_group);
                    _leases.ForEach(static lease => lease.Dispose());
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
            _timer?.Fire();
        }

        private sealed class Timer(TimerCallback callback, object? state) : ITimer
        {
            public bool IsArmed { get; private set; }

            public bool Change(TimeSpan dueTime, TimeSpan period) => IsArmed = dueTime != Timeout.InfiniteTimeSpan;

            public void Fire()
            {
                if (IsArmed)
                {
                    IsArmed = false;
                    callback(state);
                }
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
