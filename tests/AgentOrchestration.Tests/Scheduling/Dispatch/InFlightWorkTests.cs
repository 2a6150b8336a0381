using AgentOrchestration.Runs;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

public sealed class InFlightWorkTests
{
    [Theory]
    [InlineData(TaskEffect.Pure, 1)]
    [InlineData(TaskEffect.Write, 3)]
    [InlineData(TaskEffect.Irreversible, 3)]
    public async Task Identical_subtasks_run_once_if_their_effect_allows_it(TaskEffect effect, int expectedCalls)
    {
        int calls = 0;
        await using Engine engine = Counting(() => Interlocked.Increment(ref calls), effect);

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("a", "upper", input: "x");
            plan.Add("b", "upper", input: "x");
            plan.Add("c", "upper", input: "x");
        });

        Assert.Equal(expectedCalls, calls);
        Assert.Equal(["X", "X", "X"], result.Subtasks.Select(subtask => subtask.Output));
        Assert.Equal(3 - expectedCalls, result.Subtasks.Count(subtask => subtask.Origin == OutputOrigin.Shared));
    }

    [Fact]
    public async Task Subtasks_of_other_inputs_run_each()
    {
        int calls = 0;
        await using Engine engine = Counting(() => Interlocked.Increment(ref calls), TaskEffect.Pure);

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("a", "upper", input: "x");
            plan.Add("b", "upper", input: "y");
        });

        Assert.Equal(2, calls);
        Assert.Equal(["X", "Y"], result.Subtasks.Select(subtask => subtask.Output));
    }

    [Fact]
    public async Task What_ran_in_one_run_runs_again_in_the_next()
    {
        int calls = 0;
        await using Engine engine = Counting(() => Interlocked.Increment(ref calls), TaskEffect.Pure);

        await engine.RunAsync(plan => plan.Add("a", "upper", input: "x"));
        await engine.RunAsync(plan => plan.Add("a", "upper", input: "x"));

        Assert.Equal(2, calls);
    }

    private static Engine Counting(Action called, TaskEffect effect) => new(builder => builder.AddTaskType(
        "upper",
        "Makes capitals.",
        (string text, TaskContext _, CancellationToken _) =>
        {
            called();
            return ValueTask.FromResult(text.ToUpperInvariant());
        },
        options => options.Effect = effect));
}
