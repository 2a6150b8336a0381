using AgentOrchestration.Scheduling.Search;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling.Search;

public sealed class ScheduleSearchTests
{
    [Fact]
    public void What_it_finds_keeps_every_rule_and_is_no_worse_than_its_candidates_nor_better_than_the_bound() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[2, 200]).Sample(
            (seed, schedules) =>
            {
                var random = new RandomProblem(seed);
                long[] urgency = [.. random.Problem.Tails().Select(tail => -tail)];
                long candidate = new ParallelGeneration(random.Problem).Generate(urgency, new long[random.Problem.Count]);

                FoundSchedule found = ScheduleSearch.Run(random.Problem, [urgency], Budget(schedules), (ulong)seed, () => false);

                random.Check(found.Starts, found.Makespan);
                Assert.InRange(found.Makespan, random.Problem.LowerBound, candidate);
                Assert.InRange(found.Schedules, 1, schedules);
            },
            iter: Simulations.Of(3_000));

    [Fact]
    public void Serial_and_parallel_generation_give_schedules_that_keep_every_rule() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                var random = new RandomProblem(seed);
                SchedulingProblem problem = random.Problem;
                long[] finishes = new long[problem.Count];
                long serial = new SerialGeneration(problem).Generate([.. Enumerable.Range(0, problem.Count)], finishes);
                random.Check([.. finishes.Select((finish, activity) => finish - problem.Durations[activity])], serial);

                long parallel = new ParallelGeneration(problem).Generate([.. problem.Tails().Select(tail => -tail)], finishes);
                random.Check([.. finishes.Select((finish, activity) => finish - problem.Durations[activity])], parallel);
            },
            iter: Simulations.Of(10_000));

    [Fact]
    public void A_search_looks_only_at_the_resources_that_an_activity_needs() => Cost.IsLinear(
        resources => Cost.BytesOf(() =>
        {
            var problem = new SchedulingProblem(
                [.. Enumerable.Range(0, 4 * resources).Select(activity => 1 + (activity % 3L))],
                [.. Enumerable.Range(0, 4 * resources).Select(_ => Array.Empty<int>())],
                [.. Enumerable.Range(0, 4 * resources).Select(activity => new[] { (activity % resources, 1L) })],
                [.. Enumerable.Repeat(1L, resources)]);

            FoundSchedule found = ScheduleSearch.Run(problem, [new long[problem.Count]], Budget(10), seed: 1, () => false);

            Assert.InRange(found.Makespan, problem.LowerBound, 12);
        }),
        size: 200);

    [Fact]
    public void The_same_seed_finds_the_same_schedule() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                SchedulingProblem problem = new RandomProblem(seed).Problem;

                Assert.Equal(Find(problem).Starts, Find(problem).Starts);

                FoundSchedule Find(SchedulingProblem problem) => ScheduleSearch.Run(problem, [new long[problem.Count]], Budget(300), seed: 7, () => false);
            },
            iter: 300);

    [Fact]
    public void Small_problems_are_solved_as_well_as_by_trying_every_order()
    {
        int solved = 0;
        const int problems = 100;
        for (int seed = 0; seed < problems; seed++)
        {
            SchedulingProblem problem = new RandomProblem(seed, most: 7).Problem;
            FoundSchedule found = ScheduleSearch.Run(problem, [new long[problem.Count]], Budget(2_000), seed: 1, () => false);
            solved += found.Makespan == Best(problem, [], new SerialGeneration(problem)) ? 1 : 0;
        }

        Assert.Equal(problems, solved);
    }

    [Fact]
    public void Time_that_is_up_ends_the_search_with_what_there_is()
    {
        var random = new RandomProblem(seed: 3);

        FoundSchedule found = ScheduleSearch.Run(random.Problem, [new long[random.Problem.Count]], Budget(int.MaxValue), seed: 1, () => true);

        random.Check(found.Starts, found.Makespan);
        Assert.Equal(2, found.Schedules);
    }

    private static SearchBudget Budget(int schedules) => new() { MaxSchedules = schedules };

    /// <summary>Serial generation of every order in which predecessors come first: one of them is optimal.</summary>
    private static long Best(SchedulingProblem problem, List<int> order, SerialGeneration generation)
    {
        if (order.Count == problem.Count)
        {
            return generation.Generate([.. order], new long[problem.Count]);
        }

        long best = long.MaxValue;
        foreach (int next in Enumerable.Range(0, problem.Count).Where(activity => !order.Contains(activity) && problem.Predecessors(activity).ToArray().All(order.Contains)))
        {
            best = Math.Min(best, Best(problem, [.. order, next], generation));
        }

        return best;
    }
}
