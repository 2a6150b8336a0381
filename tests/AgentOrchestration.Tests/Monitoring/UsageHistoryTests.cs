using AgentOrchestration.Monitoring;
using AgentOrchestration.Resources;
using CsCheck;

namespace AgentOrchestration.Tests.Monitoring;

public sealed class UsageHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Between_AnyTwoMoments_IsWhatAPlainScanFinds() =>
        Gen.Select(
                Gen.Select(Gen.Int[0, 5], Gen.Int[0, 1000], Gen.Long[0, 100], (pause, cpu, memory) => (pause, cpu, memory)).Array[0, 40],
                Gen.Int[-3, 120],
                Gen.Int[0, 120])
            .Sample((steps, from, length) =>
            {
                var history = new UsageHistory();
                SortedDictionary<int, ResourceSample> plain = [];
                int second = 0;
                TimeSpan used = TimeSpan.Zero;
                foreach ((int pause, int cpu, long memory) in steps)
                {
                    second += pause;
                    used += TimeSpan.FromMilliseconds(cpu);
                    plain[second] = new ResourceSample(used, 1, memory, 100);
                    history.Add(At(second), plain[second]);
                }

                ResourceUsage usage = history.Between(At(from), At(from + length));

                Assert.Equal(plain.Count, history.Count);
                Assert.Equal(CpuAt(plain, from + length) - CpuAt(plain, from), usage.CpuTime);
                Assert.Equal(PeakOf(plain, from, from + length), usage.PeakMemoryBytes);
            });

    [Fact]
    public void A_long_history_stays_small_and_knows_steady_usage_everywhere()
    {
        var history = new UsageHistory();
        for (int second = 0; second < 20_000; second++)
        {
            history.Add(At(second), new ResourceSample(TimeSpan.FromSeconds(second) / 4, 1, 7, 100));
        }

        Assert.InRange(history.Count, 1000, 4096);
        foreach (int from in new[] { 0, 1, 137, 9_999, 19_000 })
        {
            Assert.Equal(new ResourceUsage(TimeSpan.FromSeconds(100), 7), history.Between(At(from), At(from + 400)));
        }
    }

    [Fact]
    public void Times_that_come_again_replace_what_was_known()
    {
        var history = new UsageHistory();
        history.Add(At(10), new ResourceSample(TimeSpan.FromSeconds(1), 1, 50, 100));
        history.Add(At(20), new ResourceSample(TimeSpan.FromSeconds(2), 1, 50, 100));

        history.Add(At(5), new ResourceSample(TimeSpan.FromSeconds(3), 1, 10, 100));
        history.Add(At(15), new ResourceSample(TimeSpan.FromSeconds(4), 1, 20, 100));

        Assert.Equal(new ResourceUsage(TimeSpan.FromSeconds(1), 20), history.Between(At(0), At(30)));
    }

    private static DateTimeOffset At(int second) => Start + TimeSpan.FromSeconds(second);

    private static long PeakOf(SortedDictionary<int, ResourceSample> samples, int from, int to) => samples
        .Where(sample => sample.Key <= to && (sample.Key >= from || sample.Key == samples.Keys.Where(second => second <= to).Max()))
        .Select(sample => sample.Value.MemoryBytes)
        .DefaultIfEmpty(0)
        .Max();

    private static TimeSpan CpuAt(SortedDictionary<int, ResourceSample> samples, int second)
    {
        if (samples.Count == 0)
        {
            return TimeSpan.Zero;
        }

        if (samples.All(sample => sample.Key < second))
        {
            return samples.Last().Value.CpuTime;
        }

        KeyValuePair<int, ResourceSample> after = samples.First(sample => sample.Key >= second);
        if (samples.All(sample => sample.Key >= second))
        {
            return after.Value.CpuTime;
        }

        KeyValuePair<int, ResourceSample> before = samples.Last(sample => sample.Key < second);
        return before.Value.CpuTime + ((after.Value.CpuTime - before.Value.CpuTime) * ((double)(second - before.Key) / (after.Key - before.Key)));
    }
}
