using AgentOrchestration.Monitoring;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Monitoring;

public sealed class SystemMonitorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly AsyncLocal<string?> Ambient = new();

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly FakeProbe _probe = new();
    private readonly FakeLogger<SystemMonitor> _logger = new();

    [Fact]
    public void A_clock_that_jumps_far_takes_one_snapshot()
    {
        using SystemMonitor monitor = Create();
        monitor.RunStarted();

        _clock.Advance(TimeSpan.FromDays(365));

        Assert.Equal(1 + 1, _probe.Samples);
        Assert.Equal(_clock.GetUtcNow(), monitor.Latest!.Time);
    }

    [Fact]
    public void Snapshots_are_taken_as_long_as_a_run_is_active()
    {
        using SystemMonitor monitor = Create();
        List<SystemSnapshot> seen = [];
        monitor.Sampled += seen.Add;

        _clock.Advance(Second);
        monitor.RunStarted();
        _clock.Advance(Second);
        monitor.RunStarted();
        monitor.RunEnded();
        _clock.Advance(Second);
        monitor.RunEnded();
        _clock.Advance(Second);
        monitor.RunStarted();
        _clock.Advance(Second);
        monitor.Dispose();
        _clock.Advance(Second);

        Assert.Equal([2, 3, 5], seen.Select(snapshot => (int)(snapshot.Time - _clock.Start).TotalSeconds));
    }

    [Fact]
    public void What_listens_is_called_again_only_when_it_has_returned()
    {
        using SystemMonitor monitor = Create();
        int depth = 0;
        int deepest = 0;
        monitor.Sampled += _ =>
        {
            deepest = Math.Max(deepest, ++depth);
            if (_probe.Samples < 10)
            {
                _clock.Advance(Second);
            }

            depth--;
        };
        monitor.RunStarted();

        _clock.Advance(Second);
        _clock.Advance(Second);

        Assert.Equal((1, 3), (deepest, _probe.Samples));
    }

    [Fact]
    public async Task The_timer_does_not_carry_the_ambient_values_of_the_first_run()
    {
        using var monitor = new SystemMonitor(_probe, new BrokenResources(throws: false), new WaitingRoom(new AttemptLimiter(new ResourcePools([]), maxAttempts: null), TimeProvider.System), TimeProvider.System, TimeSpan.FromMilliseconds(10), _logger);
        var seen = new TaskCompletionSource<string?>();
        monitor.Sampled += _ => seen.TrySetResult(Ambient.Value);

        Ambient.Value = "of the first run";
        monitor.RunStarted();

        Assert.Null(await seen.Task.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal("of the first run", Ambient.Value);
    }

    [Fact]
    public void A_run_may_start_where_ambient_values_do_not_flow()
    {
        using SystemMonitor monitor = Create();

        using (ExecutionContext.SuppressFlow())
        {
            monitor.RunStarted();
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }

        _clock.Advance(Second);
        Assert.NotNull(monitor.Latest);
    }

    [Fact]
    public void A_snapshot_that_throws_is_logged_and_the_next_is_taken_all_the_same()
    {
        using SystemMonitor monitor = Create(new BrokenResources(throws: true));
        monitor.RunStarted();

        _clock.Advance(Second);
        _clock.Advance(Second);

        Assert.Equal(2, _logger.Collector.GetSnapshot().Count(line => line.Exception is InvalidTimeZoneException));
    }

    [Fact]
    public void A_probe_that_throws_from_the_beginning_keeps_nothing_from_starting()
    {
        using SystemMonitor monitor = Create();
        _probe.Break();

        monitor.RunStarted();
        _clock.Advance(Second);

        Assert.Null(monitor.Latest);
        Assert.Equal(default, monitor.UsageBetween(_clock.Start, _clock.GetUtcNow()));
        _probe.Break(throws: false);
        _probe.Use(Second);
        _clock.Advance(Second);
        Assert.Equal(0, monitor.Latest!.CpuUtilization);
    }

    [Fact]
    public void Usage_that_no_sample_has_seen_yet_is_read_when_it_is_asked_for()
    {
        using SystemMonitor monitor = Create();
        monitor.RunStarted();

        _probe.Use(TimeSpan.FromMilliseconds(30), memoryMiB: 123);
        _clock.Advance(TimeSpan.FromMilliseconds(50));

        Assert.Equal(
            new ResourceUsage(TimeSpan.FromMilliseconds(30), 123 * 1024 * 1024), monitor.UsageBetween(_clock.Start, _clock.GetUtcNow()));
    }

    [Fact]
    public void A_system_clock_that_is_set_back_in_mid_run_changes_no_usage()
    {
        var clock = new SettableClock();
        using var monitor = new SystemMonitor(_probe, new BrokenResources(throws: false), new WaitingRoom(new AttemptLimiter(new ResourcePools([]), maxAttempts: null), TimeProvider.System), clock, Second, _logger);
        monitor.RunStarted();
        _probe.Use(Second);
        clock.Elapsed = TimeSpan.FromSeconds(10);
        clock.SetBack = TimeSpan.FromHours(1);

        Assert.Equal(Second, monitor.UsageBetween(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch + clock.Elapsed).CpuTime);
    }

    private SystemMonitor Create(IResourceManager? resources = null) =>
        new(_probe, resources ?? new BrokenResources(throws: false), new WaitingRoom(new AttemptLimiter(new ResourcePools([]), maxAttempts: null), TimeProvider.System), _clock, Second, _logger);

    private sealed class BrokenResources(bool throws) : IResourceManager
    {
        public event EventHandler? Released
        {
            add { }
            remove { }
        }

        public long? GetCapacity(string name) => null;

        public bool TryAcquire(ResourceRequirements needs, out ResourceLease lease) => throw new InvalidTimeZoneException();

        public IReadOnlyList<ResourcePoolSnapshot> Snapshot() => throws ? throw new InvalidTimeZoneException("The pools broke.") : [];
    }

    private sealed class SettableClock : TimeProvider
    {
        public TimeSpan Elapsed { get; set; }

        public TimeSpan SetBack { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Elapsed - SetBack;

        public override long GetTimestamp() => Elapsed.Ticks;
    }
}
