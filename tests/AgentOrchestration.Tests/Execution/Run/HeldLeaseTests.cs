using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Execution.Run;

public sealed class HeldLeaseTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Period = HeldLease.PeriodOf(Duration);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly MemoryRunStore _store;
    private int _renewals;
    private Func<Task> _mayRenew = () => Task.CompletedTask;
    private Func<Task> _mayRelease = () => Task.CompletedTask;

    public HeldLeaseTests() => _store = new MemoryRunStore(_clock);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_renewed_after_a_third_of_its_duration_and_held_as_long_as_it_is_looked_at()
    {
        HeldLease lease = await HoldAsync();
        for (int i = 0; i < 100; i++)
        {
            _clock.Advance(Period);
            Assert.Null(lease.Look());
            Assert.True(lease.Left() > Duration / 2);
        }

        Assert.InRange(_renewals, 24, 26);
        Assert.Null(await _store.AcquireLeaseAsync("run", "another", Duration, TestEnd));
    }

    [Fact]
    public async Task Its_time_counts_from_before_it_was_asked_for()
    {
        long askedAt = _clock.GetTimestamp();
        RunLease granted = (await _store.CreateAsync(NewRun, "me", Duration, TestEnd))!;
        _clock.Advance(TimeSpan.FromSeconds(5));

        var lease = new HeldLease(Store, granted, askedAt, Duration, _clock);

        Assert.Equal(Duration - TimeSpan.FromSeconds(5), lease.Left());
    }

    [Fact]
    public async Task A_renewal_that_is_not_answered_loses_it_before_its_end_and_not_earlier()
    {
        _mayRenew = () => Task.Delay(Timeout.Infinite, TestEnd);
        HeldLease lease = await HoldAsync();
        while (lease.Left() > Period + TimeSpan.FromSeconds(1))
        {
            Assert.Null(lease.Look());
            _clock.Advance(TimeSpan.FromMilliseconds(250));
        }

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("could not be renewed in time", lease.Look()!.Value.Reason, StringComparison.Ordinal);
        Assert.True(lease.Left() > TimeSpan.Zero);
        Assert.Equal(1, _renewals);
    }

    [Fact]
    public async Task A_renewal_that_fails_is_asked_for_again_until_the_lease_ends()
    {
        _mayRenew = () => throw new RunStoreException("The disk is full.");
        HeldLease lease = await HoldAsync();
        _clock.Advance(Duration / 2);
        Assert.Null(lease.Look());
        _mayRenew = () => Task.CompletedTask;
        Assert.Null(lease.Look());
        Assert.Equal(Duration, lease.Left());

        _mayRenew = () => Task.FromException(new RunStoreException("The disk is full."));
        _clock.Advance(Duration - Period);
        (string reason, Exception? exception) = lease.Look()!.Value;
        Assert.Contains("could not be renewed", reason, StringComparison.Ordinal);
        Assert.Equal("The disk is full.", exception?.Message);
    }

    [Fact]
    public async Task A_process_that_was_suspended_for_longer_keeps_it_when_nobody_has_taken_it()
    {
        HeldLease lease = await HoldAsync();
        _clock.Advance(TimeSpan.FromHours(8));

        Assert.Null(lease.Look());

        Assert.Equal(Duration, lease.Left());
    }

    [Fact]
    public async Task A_process_that_was_suspended_for_longer_waits_for_the_answer_before_it_gives_up()
    {
        var answer = new TaskCompletionSource();
        _mayRenew = () => answer.Task;
        HeldLease lease = await HoldAsync();
        _clock.Advance(TimeSpan.FromHours(8));
        Assert.Null(lease.Look());

        answer.SetResult();

        Assert.Null(lease.Look());
        Assert.True(lease.Left() > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_process_that_was_suspended_for_longer_says_so_when_another_has_taken_the_run()
    {
        HeldLease lease = await HoldAsync();
        _clock.Advance(TimeSpan.FromHours(8));
        Assert.NotNull(await _store.AcquireLeaseAsync("run", "another", Duration, TestEnd));

        Assert.Equal("another process has taken it over.", lease.Look()!.Value.Reason);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(-8)]
    public async Task It_depends_on_no_time_of_day(int hours)
    {
        var skewed = new SkewedClock(_clock);
        RunLease granted = (await _store.CreateAsync(NewRun, "me", Duration, TestEnd))!;
        var lease = new HeldLease(Store, granted, skewed.GetTimestamp(), Duration, skewed);
        for (int i = 0; i < 24; i++)
        {
            skewed.Skew = i % 2 == 0 ? TimeSpan.FromHours(hours) : TimeSpan.Zero;
            _clock.Advance(Period);
            Assert.Null(lease.Look());
            Assert.True(lease.Left() > Duration / 2);
        }
    }

    [Fact]
    public async Task It_is_released_once_and_renewed_no_more()
    {
        HeldLease lease = await HoldAsync();
        await lease.ReleaseAsync();
        RunLease? taken = await _store.AcquireLeaseAsync("run", "another", Duration, TestEnd);
        await lease.ReleaseAsync();
        _clock.Advance(Duration);

        Assert.Null(lease.Look());
        Assert.Equal(0, _renewals);
        Assert.Equal(taken, (await _store.FindAsync("run", TestEnd))!.Lease);
    }

    [Fact]
    public async Task Whoever_releases_it_second_waits_for_the_first()
    {
        var answer = new TaskCompletionSource();
        _mayRelease = () => answer.Task;
        HeldLease lease = await HoldAsync();

        Task first = lease.ReleaseAsync();
        Task second = lease.ReleaseAsync();
        Assert.False(second.IsCompleted);
        answer.SetResult();
        await Task.WhenAll(first, second).WaitAsync(TestEnd);

        Assert.Null((await _store.FindAsync("run", TestEnd))!.Lease);
    }

    [Fact]
    public async Task Leases_are_renewed_by_a_thread_that_is_not_of_the_pool()
    {
        var isPooled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mayRenew = () =>
        {
            isPooled.TrySetResult(Thread.CurrentThread.IsThreadPoolThread);
            return Task.CompletedTask;
        };
        var renewal = new LeaseRenewal(WorkerPool.Shared, Duration, _clock);
        HeldLease lease = await HoldAsync();
        renewal.Add(lease, (_, _) => { });
        _clock.Advance(Duration / 3);

        Assert.False(await isPooled.Task.InTimeAsync());

        renewal.Drop(lease);
    }

    [Fact]
    public async Task What_throws_when_a_lease_is_lost_ends_neither_the_process_nor_the_renewal_of_others()
    {
        var isLost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var renewal = new LeaseRenewal(WorkerPool.Shared, Duration, _clock);
        HeldLease taken = await HoldAsync();
        HeldLease another = await HoldAsync("another");
        await _store.ReleaseLeaseAsync(taken.Lease, TestEnd);
        await _store.ReleaseLeaseAsync(another.Lease, TestEnd);
        renewal.Add(taken, (_, _) => throw new InvalidOperationException("The log is full."));
        renewal.Add(another, (_, _) => isLost.TrySetResult());

        _clock.Advance(Duration / 3);

        await isLost.Task.InTimeAsync();
    }

    private static NewRun NewRun => NewRunOf("run");

    private static NewRun NewRunOf(string runId) => new(runId, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), "{}"u8.ToArray());

    private HoldingStore Store => new(_store, _ => Task.CompletedTask, () =>
    {
        _renewals++;
        return _mayRenew();
    }, () => _mayRelease());

    private async Task<HeldLease> HoldAsync(string runId = "run")
    {
        long askedAt = _clock.GetTimestamp();
        return new HeldLease(Store, (await _store.CreateAsync(NewRunOf(runId), "me", Duration, TestEnd))!, askedAt, Duration, _clock);
    }
}
