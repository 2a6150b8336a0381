using AgentOrchestration.Tests.Execution;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Results;

/// <summary>What was spent and what was avoided is together what the same plan spends when each subtask does its own work, to the last token.</summary>
public sealed class RunSavingsProperties
{
    private static readonly Gen<(int Number, int[] After)[]> Plans =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 7].Array[0, 2]).Array[1, 9];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public Task Spent_and_avoided_are_together_what_the_plain_run_spends() =>
        Gen.Select(Plans, Plans, Gen.Bool, Gen.Bool).SampleAsync(
            async (first, second, isCached, isReused) =>
            {
                await using Engine saving = CountedWork.Engine(also: builder => _ = isCached ? builder.UseResultCache() : builder);
                await using Engine plain = CountedWork.Engine(TaskEffect.Write);
                await using OrchestrationRun before = await saving.StartAsync(plan => Add(plan, first));
                await HoldsAsync(plain, before, first);
                await using OrchestrationRun run = isReused
                    ? await saving.Orchestrator.StartFromAsync(before, TaskPlan.Create(plan => Add(plan, second)), cancellationToken: TestEnd)
                    : await saving.StartAsync(plan => Add(plan, second));

                await HoldsAsync(plain, run, second);
            },
            iter: 200);

    /// <summary>Work that started early is part of what was spent, and what of it came to nothing is extra. Which it is depends on what comes first, the sum does not.</summary>
    [Fact]
    public Task Less_what_was_extra_they_are_that_with_early_starts_too() =>
        Gen.Select(Plans, Gen.Int[0, 3].Array[0, 3], Gen.Double[0.01, 1]).SampleAsync(
            async (subtasks, failing, share) =>
            {
                HashSet<int> fails = [.. failing];

                // Nothing is shared, because each number is one of its own.
                subtasks = [.. subtasks.Select((subtask, index) => (subtask.Number + (4 * index), subtask.After))];
                Func<int, Task> onWork = async number =>
                {
                    await Task.Yield();
                    _ = fails.Contains(number % 4) ? throw new InvalidDataException($"{number} fails.") : number;
                };
                await using Engine early = Counting(onWork, options => (options.Runs.Extra, options.Runs.MaxParallelism) = (new ExtraWork { EarlyShare = share }, 8));
                await using Engine plain = Counting(onWork, options: null);
                await using OrchestrationRun run = await early.StartAsync(plan => Add(plan, subtasks));
                RunResult result = await run.EndAsync();
                RunResult expected = await plain.RunAsync(plan => Add(plan, subtasks));

                Assert.Equal(expected.Savings.Spent, result.Savings.Spent.Plus(result.Savings.Net));
                Assert.Equal(expected.Subtasks.Select(subtask => (subtask.State, subtask.Output)), result.Subtasks.Select(subtask => (subtask.State, subtask.Output)));
            },
            iter: 200);

    /// <summary>Work that fails does so for identical subtasks too, each of which would have made the same attempt.</summary>
    [Fact]
    public Task They_are_that_also_where_work_fails_for_several_subtasks() =>
        Gen.Select(Plans, Gen.Int[0, 3].Array[1, 3]).SampleAsync(
            async (subtasks, failing) =>
            {
                HashSet<int> fails = [.. failing];
                Func<int, Task> onWork = async number =>
                {
                    await Task.Yield();
                    _ = fails.Contains(number) ? throw new InvalidDataException($"{number} fails.") : number;
                };
                await using Engine sharing = Counting(onWork, options: null);
                await using Engine plain = Counting(onWork, options: null, TaskEffect.Write);
                RunResult result = await sharing.RunAsync(plan => Add(plan, subtasks));
                RunResult expected = await plain.RunAsync(plan => Add(plan, subtasks));

                Assert.Equal(expected.Savings.Spent, result.Savings.Spent.Plus(result.Savings.Net));
                Assert.Equal(expected.Subtasks.Select(subtask => (subtask.State, subtask.Output)), result.Subtasks.Select(subtask => (subtask.State, subtask.Output)));
            },
            iter: 200);

    private static Engine Counting(Func<int, Task> onWork, Action<AgentOrchestrationOptions>? options, TaskEffect effect = TaskEffect.Read) => new(
        builder =>
        {
            builder.UsePrices(CountedWork.Prices);
            builder.AddTaskType(
                CountedWork.Name,
                "Asks.",
                async (int number, TaskContext context) =>
                {
                    context.ReportUsage(CountedWork.UsageOf(number));
                    await onWork(number);
                    return $"answer {number}";
                },
                type =>
                {
                    type.Effect = effect;
                    type.Retry.MaxAttempts = 1;
                });
        },
        options);

    private static async Task HoldsAsync(Engine plain, OrchestrationRun run, (int, int[])[] plan)
    {
        RunResult result = await run.EndAsync();
        RunResult expected = await plain.RunAsync(builder => Add(builder, plan));
        RunSavings savings = result.Savings;

        Assert.Equal(expected.Savings.Spent, savings.Spent.Plus(savings.Net));
        Assert.All(savings.Avoided, item => Assert.Equal((0, 0), (item.EstimatedSubtasks, item.UnknownSubtasks)));
        Assert.Equal(expected.Subtasks.Select(subtask => subtask.Output), result.Subtasks.Select(subtask => subtask.Output));
    }

    private static void Add(TaskPlanBuilder plan, (int Number, int[] After)[] subtasks)
    {
        List<SubtaskRef> added = [];
        foreach ((int index, (int number, int[] after)) in subtasks.Index())
        {
            added.Add(plan.AddAsk($"t{index}", number, after.Where(other => other < index).Distinct().Select(other => added[other]).ToArray()));
        }
    }
}
