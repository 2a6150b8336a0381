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
