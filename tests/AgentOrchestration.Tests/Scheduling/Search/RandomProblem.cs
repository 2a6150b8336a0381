using AgentOrchestration.Scheduling.Search;

namespace AgentOrchestration.Tests.Scheduling.Search;

/// <summary>A scheduling problem from a seed, and what a schedule of it must be.</summary>
internal sealed class RandomProblem
{
    private readonly long[][] _needs;
    private readonly long[] _capacities;

    public RandomProblem(int seed, int most = 25)
    {
        var random = new Random(seed);
        int count = random.Next(1, most);
        int resources = random.Next(0, 7);
        long scale = random.Next(3) switch { 0 => 1, 1 => 100, _ => 1_000_000_007 };
        _capacities = [.. Enumerable.Range(0, resources).Select(_ => random.Next(1, 10) * scale)];
        _needs = [.. Enumerable.Range(0, count).Select(_ => _capacities.Select(capacity => random.Next(2) == 0 ? 0 : random.NextInt64(0, capacity + 1)).ToArray())];
        Problem = new SchedulingProblem(
            [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(1, 20))],
            [.. Enumerable.Range(0, count).Select(activity => Enumerable.Range(0, activity).Where(_ => random.Next(6) == 0).ToArray())],
            Array.ConvertAll(_needs, amounts => amounts.Index().Select(need => (need.Index, need.Item)).ToArray()),
            _capacities);
    }

    public SchedulingProblem Problem { get; }

    public void Check(long[] starts, long makespan)
    {
        Assert.Equal(makespan, Enumerable.Range(0, Problem.Count).Max(activity => starts[activity] + Problem.Durations[activity]));
        for (int activity = 0; activity < Problem.Count; activity++)
        {
            Assert.True(starts[activity] >= 0);
            foreach (int predecessor in Problem.Predecessors(activity))
            {
                Assert.True(starts[activity] >= starts[predecessor] + Problem.Durations[predecessor]);
            }

            for (int resource = 0; resource < _capacities.Length; resource++)
            {
                long moment = starts[activity];
                Assert.True(_capacities[resource] >= Enumerable.Range(0, Problem.Count)
                    .Where(other => starts[other] <= moment && moment < starts[other] + Problem.Durations[other])
                    .Sum(other => _needs[other][resource]));
            }
        }
    }
}
