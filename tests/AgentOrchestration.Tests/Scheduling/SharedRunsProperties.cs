using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>Runs that share pools and wait for each other: all end, nobody is passed over without end, and nothing lies idle that somebody waits for.</summary>
public sealed class SharedRunsProperties
{
    /// <summary>A run that others wait for waits for a pool when the first run with a priority comes.</summary>
    [Fact]
    public void Runs_that_wait_already_are_ranked_anew_when_the_first_priority_comes() => NestAnything(new Random(1330783069));

    /// <summary>A run that others wait for was notified, asked in vain, and waits again when the first run with a priority comes.</summary>
    [Fact]
    public void Runs_that_wait_again_are_ranked_anew_when_the_first_priority_comes() => NestAnything(new Random(1841423489));

    [Fact]
    public void Whatever_runs_share_all_of_them_end_and_everything_comes_back() =>
        Gen.Int[0, int.MaxValue].Sample(seed => ShareAnything(new Random(seed)), iter: Simulations.Of(3_000));

    /// <summary>Few workers, little patience, pools that grow by themselves, and code that waits for other runs while it holds what they need.</summary>
    [Fact]
    public void Whatever_runs_wait_for_runs_all_of_them_end() =>
        Gen.Int[0, int.MaxValue].Sample(seed => NestAnything(new Random(seed)), iter: Simulations.Of(10_000));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_that_holds_nothing_is_passed_over_at_most_so_often(bool haveOthersPriority)
    {
        int reached = 0;
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                if (PassOverOne(new Random(seed), haveOthersPriority))
                {
                    Interlocked.Increment(ref reached);
                }
            },
            iter: Simulations.Of(3_000));
        Assert.True(reached > 50, $"The bound was reached in {reached} runs only: this test says little.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void One_that_takes_all_again_and_again_lets_another_in_when_it_has_given_back(int needed)
    {
        var resources = new ResourcePools([new("gpu", 2)]);
        var runs = new SharedRuns(resources, seed: needed);
        int hog = runs.Add(Many(120, "gpu", 2, resources), new RunOptions(), startsAt: 0, _ => 10);
        int victim = runs.Add(Many(1, "gpu", needed, resources), new RunOptions(), startsAt: 55, _ => 1);

        runs.Play();

        Assert.Equal(6, runs.Starts.FindIndex(start => start.Run == victim));
        Assert.Equal(121, runs.Starts.Count);
        Assert.True(runs.Core(hog).State.IsEnded);
    }

    [Fact]
    public void One_whose_next_subtask_asks_when_it_has_given_back_does_not_overtake_who_was_told()
    {
        var resources = new ResourcePools([new("gpu", 2)]);
        var runs = new SharedRuns(resources, seed: 7);
        TaskGraph chain = GraphOf.Plan(
            plan =>
            {
                SubtaskRef? last = null;
                for (int i = 0; i < 50; i++)
                {
                    last = plan.Add($"t{i}", "work", after: last is { } before ? [before] : [], options: new() { Resources = ResourceRequirements.Of("gpu", 2) });
                }
            },
            resources);
        runs.Add(chain, new RunOptions(), startsAt: 0, _ => 10);
        int victim = runs.Add(Many(1, "gpu", 1, resources), new RunOptions(), startsAt: 55, _ => 1);

        runs.Play();

        Assert.Equal(6, runs.Starts.FindIndex(start => start.Run == victim));
        Assert.Equal(51, runs.Starts.Count);
    }

    [Fact]
    public void Runs_that_need_the_same_take_turns()
    {
        var resources = new ResourcePools([new("gpu", 1)]);
        var runs = new SharedRuns(resources, seed: 3);
        for (int run = 0; run < 20; run++)
        {
            runs.Add(Many(5, "gpu", 1, resources), new RunOptions(), startsAt: run, _ => 100);
        }

        runs.Play();

        Assert.Equal(Enumerable.Range(0, 100).Select(turn => turn % 20), runs.Starts.Select(start => start.Run));
    }

    [Fact]
    public void What_grows_again_by_itself_goes_to_all_who_wait_for_it()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var resources = new ResourcePools([new ResourceDeclaration("calls", 2) { Kind = ResourcePoolKind.Replenishing, Period = TimeSpan.FromSeconds(1) }], clock);
        var runs = new SharedRuns(resources, seed: 5);
        for (int run = 0; run < 30; run++)
        {
            runs.Add(Many(4, "calls", 1, resources), new RunOptions(), startsAt: 0, _ => 1);
        }

        for (int step = 0; step < 2_000 && !runs.HaveAllEnded; step++)
        {
            runs.Play();
            clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.True(runs.HaveAllEnded, $"{runs.Starts.Count} of 120 have started.");
    }

    private static void ShareAnything(Random random)
    {
        string[] names = ["a", "b", "c"];
        var resources = new ResourcePools([.. names.Select(name => new ResourceAmount(name, random.Next(1, 6)))]);
        var runs = new SharedRuns(resources, random.Next(), random.Next(3) == 0 ? random.Next(1, 5) : null);
        int count = random.Next(1, 12);
        int total = 0;
        HashSet<int> cancelled = [];
        for (int run = 0; run < count; run++)
        {
            TaskGraph graph = GraphOf.Plan(
                plan =>
                {
                    List<SubtaskRef> made = [];
                    int subtasks = random.Next(1, 12);
                    for (int i = 0; i < subtasks; i++)
                    {
                        made.Add(plan.Add(
                            $"t{i}", "work", after: [.. made.Where(_ => random.Next(subtasks) == 0)], options: new() { EstimatedDuration = TimeSpan.FromSeconds(random.Next(1, 50)), Resources = RandomNeeds() }));
                    }
                },
                resources);
            total += graph.Count;
            int added = runs.Add(graph, new RunOptions { MaxParallelism = random.Next(1, 6), MaxBypasses = random.Next(0, 5) }, random.Next(0, 30), _ => random.Next(0, 20));
            if (random.Next(8) == 0)
            {
                cancelled.Add(added);
                runs.Cancel(added, random.Next(30, 60));
            }
        }

        for (int change = 0; change < (random.Next(2) == 0 ? 0 : 3); change++)
        {
            string pool = names[random.Next(names.Length)];
            long capacity = resources.GetCapacity(pool)!.Value + random.Next(0, 3);
            runs.At(random.Next(0, 80), () => resources.SetCapacity(pool, capacity));
        }

        runs.Play();

        Assert.True(runs.HaveAllEnded, $"{runs.Starts.Count} of {total} have started; waits: {string.Join(", ", runs.Waits)}.");
        Assert.All(resources.Snapshot(), pool => Assert.Equal(0, pool.InUse));
        Assert.All(runs.Waits, wait => Assert.Equal(0, wait.Value.Runs));
        Assert.True(cancelled.Count > 0 || runs.Starts.Count == total, $"{runs.Starts.Count} of {total} have started.");

        ResourceRequirements RandomNeeds() => ResourceRequirements.Of(
            names.Where(_ => random.Next(2) == 0).Select(name => new ResourceAmount(name, random.Next(1, (int)resources.GetCapacity(name)! + 1))).ToArray());
    }

    private static void NestAnything(Random random)
    {
        const long Millisecond = TimeSpan.TicksPerMillisecond;
        string[] names = ["a", "b", "c"];
        var agenda = new VirtualAgenda(random.Next());
        bool isAnyGrowing = random.Next(2) == 0;
        var resources = new ResourcePools(
            names.Select(name => isAnyGrowing && random.Next(3) == 0
                ? new ResourceDeclaration(name, random.Next(1, 4)) { Kind = ResourcePoolKind.Replenishing, Period = TimeSpan.FromMilliseconds(random.Next(1, 30)) }
                : new ResourceDeclaration(name, random.Next(1, 4))),
            agenda);
        var runs = new SharedRuns(resources, agenda, random.Next(2) == 0 ? random.Next(1, 5) : null);
        int left = 12;
        for (int run = random.Next(2, 7); run > 0; run--)
        {
            AddRun(depth: 0, random.Next(0, 30) * Millisecond);
        }

        runs.Play();

        Assert.True(runs.HaveAllEnded, $"{runs.Starts.Count} have started; waits: {string.Join(", ", runs.Waits)}.");
        Assert.All(resources.Snapshot(), pool => Assert.True(pool.InUse == 0 || pool.Kind == ResourcePoolKind.Replenishing));
        Assert.All(runs.Waits, wait => Assert.Equal(0, wait.Value.Runs));
        Assert.All(runs.Errors, error => Assert.Equal("ResourcesHeldByCaller", error.Kind));

        int AddRun(int depth, long startsAt)
        {
            left--;
            int subtasks = depth == 0 ? random.Next(1, 9) : random.Next(1, 4);
            bool isBudgeted = random.Next(4) == 0;
            TaskGraph graph = GraphOf.Plan(
                plan =>
                {
                    List<SubtaskRef> made = [];
                    for (int i = 0; i < subtasks; i++)
                    {
                        made.Add(plan.Add(
                            $"t{i}", "work", after: [.. made.Where(_ => random.Next(subtasks) == 0)], options: new() { EstimatedDuration = TimeSpan.FromMilliseconds(random.Next(1, 50)), Resources = RandomNeeds() }));
                    }
                },
                resources,
                options => options.ExpectedUsage = isBudgeted ? new TaskUsage(50, 0, 0) : TaskUsage.None);
            var options = new RunOptions
            {
                MaxParallelism = random.Next(1, 4),
                MaxBypasses = random.Next(0, 3),
                Budget = isBudgeted ? new RunBudget { MaxTokens = random.Next(50, 150) } : null,
                Priority = random.Next(6) switch { 0 => 1, 1 => -1, _ => 0 },
            };
            return runs.Add(
                graph, options, startsAt, _ => random.Next(0, 20) * Millisecond, _ => depth < 2 && left > 0 && random.Next(3) == 0 ? AddRun(depth + 1, random.Next(0, 5) * Millisecond) : null);
        }

        ResourceRequirements RandomNeeds() => ResourceRequirements.Of(
            names.Where(_ => random.Next(2) == 0).Select(name => new ResourceAmount(name, random.Next(1, (int)resources.GetCapacity(name)! + 1))).ToArray());
    }

    /// <returns>Whether the one was passed over as often as may be.</returns>
    private static bool PassOverOne(Random random, bool haveOthersPriority)
    {
        int capacity = random.Next(2, 6);
        int limit = random.Next(0, 40);
        var resources = new ResourcePools([new("gpu", capacity)]);
        var runs = new SharedRuns(resources, random.Next());
        int others = random.Next(2, 10);
        for (int run = 0; run < others; run++)
        {
            int amount = random.Next(1, capacity);
            runs.Add(Many(60, "gpu", amount, resources), new RunOptions { MaxParallelism = 1, MaxBypasses = limit, Priority = haveOthersPriority ? random.Next(0, 1_001) : 0 }, random.Next(0, 3), _ => random.Next(1, 10));
        }

        int one = runs.Add(Many(1, "gpu", capacity, resources), new RunOptions { MaxBypasses = limit }, startsAt: 50, _ => 1);
        runs.Play();

        Assert.True(runs.HaveAllEnded);
        long began = DateTimeOffset.UnixEpoch.Ticks + 50;
        long started = runs.Starts.Single(start => start.Run == one).Time;

        // The first start of another may have been due before; whatever it starts then is later in the line, unless it was passed over as often
        // itself by then, which each can be once before the one is. What was promised before the one was reserved for still starts.
        int passes = runs.Starts.Where(start => start.Run != one && start.Time > began && start.Time < started).GroupBy(start => start.Run).Sum(run => run.Count() - 1);
        Assert.InRange(passes, 0, limit + capacity + others);
        return passes >= limit;
    }

    private static TaskGraph Many(int count, string pool, int amount, IResourceManager resources) => GraphOf.Plan(
        plan =>
        {
            for (int i = 0; i < count; i++)
            {
                plan.Add($"t{i}", "work", options: new() { Resources = ResourceRequirements.Of(pool, amount) });
            }
        },
        resources);
}
