using System.Text.Json;
using AgentOrchestration.Tasks;
using CsCheck;

namespace AgentOrchestration.Tests.Tasks;

public sealed class ObservedDurationsTests
{
    private readonly ObservedDurations _observed = new();

    [Fact]
    public void Whether_anything_is_known_follows_what_is_observed_restored_and_copied()
    {
        var observed = new ObservedDurations();
        observed.ObserveFirstProgress("work", TimeSpan.FromSeconds(1));
        observed.Restore([new ObservedDuration("other", default, default)]);
        Assert.False(observed.Any);

        observed.Observe(new Subtask { Id = "a", Name = "a", TaskType = "work" }, TimeSpan.FromSeconds(1));
        Assert.True(observed.Any && observed.Copy().Any);
        observed.Restore([new ObservedDuration("work", default, default)]);
        Assert.False(observed.Any);
    }

    [Fact]
    public void What_nearly_all_take_is_known_when_enough_have_ended_or_by_an_estimate()
    {
        var observed = new ObservedDurations();
        var unknown = new Subtask { Id = "a", Name = "a", TaskType = "work" };
        Subtask estimated = unknown with { EstimatedDuration = TimeSpan.FromSeconds(10) };

        // The first that end are the fastest.
        for (int i = 0; i < 9; i++)
        {
            observed.Observe(unknown, TimeSpan.FromSeconds(1));
        }

        Assert.Null(observed.NearlyAll(unknown));
        Assert.Equal(22.8, observed.NearlyAll(estimated)!.Value.TotalSeconds, 0.1);
        for (int i = 0; i < 991; i++)
        {
            observed.Observe(unknown, TimeSpan.FromSeconds(i % 2 == 0 ? 1 : Math.Exp(2)));
        }

        // Logarithms of 0 and 2: the mean is 1, the deviation 1.
        Assert.Equal(Math.Exp(2.645), observed.NearlyAll(unknown)!.Value.TotalSeconds, 0.3);
    }

    [Fact]
    public void Nothing_is_expected_of_what_is_neither_estimated_nor_observed() => Assert.Null(_observed.Expect(Work(estimate: null)));

    [Fact]
    public void A_plans_estimate_counts_until_its_task_type_was_observed_and_is_corrected_then()
    {
        Assert.Equal(Seconds(10), _observed.Expect(Work(10)));

        _observed.Observe(Work(10), Seconds(30));

        Assert.Equal(6, _observed.Expect(Work(2))!.Value.TotalSeconds, 6);
        Assert.Equal(Seconds(10), _observed.Expect(Work(10) with { TaskType = "other" }));
    }

    [Fact]
    public void Exact_estimates_stay_exact_to_the_tick()
    {
        _observed.Observe(Work(10), Seconds(10));
        _observed.Observe(Work(3), Seconds(3));

        Assert.Equal(new TimeSpan(12_345_678_901), _observed.Expect(Work(0) with { EstimatedDuration = new TimeSpan(12_345_678_901) }));
    }

    [Fact]
    public void Without_an_estimate_or_with_one_of_zero_a_subtask_takes_what_its_task_type_took()
    {
        Assert.Equal(TimeSpan.Zero, _observed.Expect(Work(0)));

        _observed.Observe(Work(estimate: null), Seconds(2));
        _observed.Observe(Work(0), Seconds(8));

        Assert.Equal(4, _observed.Expect(Work(estimate: null))!.Value.TotalSeconds, 6);
        Assert.Equal(4, _observed.Expect(Work(0))!.Value.TotalSeconds, 6);
        Assert.Equal(Seconds(5), _observed.Expect(Work(5)));
    }

    [Fact]
    public void One_that_took_far_too_long_does_not_outweigh_the_others()
    {
        foreach (int _ in Enumerable.Range(0, 9))
        {
            _observed.Observe(Work(estimate: null), Seconds(1));
        }

        _observed.Observe(Work(estimate: null), Seconds(1_000));

        Assert.InRange(_observed.Expect(Work(estimate: null))!.Value.TotalSeconds, 1, 2);
    }

    [Fact]
    public void What_took_no_time_or_absurdly_long_stays_within_bounds()
    {
        _observed.Observe(Work(estimate: null), TimeSpan.Zero);
        _observed.Observe(Work(estimate: null) with { TaskType = "long" }, TimeSpan.MaxValue);
        _observed.Observe(Work(1) with { TaskType = "wrong" }, TimeSpan.MaxValue);

        Assert.Equal(TimeSpan.FromMicroseconds(1), _observed.Expect(Work(estimate: null)));
        Assert.Equal(366, _observed.Expect(Work(estimate: null) with { TaskType = "long" })!.Value.TotalDays, 6);
        Assert.Equal(TimeSpan.FromDays(366), _observed.Expect(Work(1e6) with { TaskType = "wrong" }));
    }

    [Fact]
    public void Mean_and_spread_are_those_of_the_logarithms() =>
        Gen.Double[1e-6, 1e7].Array[2, 50].Sample(values =>
        {
            LogStatistics statistics = values.Aggregate(default(LogStatistics), (sum, value) => sum.With(value));

            double mean = values.Average(Math.Log);
            Assert.Equal(values.Length, statistics.Count);
            Assert.Equal(mean, statistics.Mean, 9);
            Assert.Equal(Math.Sqrt(values.Sum(value => Math.Pow(Math.Log(value) - mean, 2)) / (values.Length - 1)), statistics.Spread!.Value, 9);
        });

    [Fact]
    public void What_was_observed_can_be_saved_and_restored()
    {
        _observed.Observe(Work(10), Seconds(30));
        _observed.Observe(Work(10), Seconds(20));
        _observed.Observe(Work(estimate: null) with { TaskType = "another" }, Seconds(1));
        var next = new ObservedDurations();

        next.Restore(JsonSerializer.Deserialize<List<ObservedDuration>>(JsonSerializer.Serialize(_observed.Snapshot()))!);

        Assert.Equal(["another", "work"], next.Snapshot().Select(observed => observed.TaskType));
        Assert.Equal(_observed.Snapshot(), next.Snapshot());
        Assert.Equal(_observed.Expect(Work(7)), next.Expect(Work(7)));
    }

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(1, double.NaN, 0)]
    [InlineData(1, double.PositiveInfinity, 0)]
    [InlineData(1, 1e9, 0)]
    [InlineData(2, 0, -1)]
    public void Damaged_statistics_are_refused_and_nothing_is_taken_over(long count, double mean, double squares)
    {
        ObservedDuration good = new("good", new LogStatistics(1, 0, 0), default);
        ObservedDuration damaged = new("work", new LogStatistics(count, mean, squares), default);

        Assert.Contains("'work'", Assert.Throws<ArgumentException>(() => _observed.Restore([good, damaged])).Message);
        Assert.Empty(_observed.Snapshot());
    }

    [Fact]
    public void As_many_as_can_be_counted_and_one_more_are_no_fewer()
    {
        _observed.Restore([new ObservedDuration("work", new LogStatistics(long.MaxValue, 1, 0), default)]);

        _observed.Observe(Work(null), Seconds(1));

        Assert.Equal(long.MaxValue, Assert.Single(_observed.Snapshot()).Seconds.Count);
    }

    private static Subtask Work(double? estimate) => new() { Id = "a", TaskType = "work", EstimatedDuration = estimate is { } seconds ? Seconds(seconds) : null };

    private static TimeSpan Seconds(double count) => TimeSpan.FromSeconds(count);
}
