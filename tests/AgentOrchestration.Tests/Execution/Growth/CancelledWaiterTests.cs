using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Growth;

/// <summary>What is added can depend on a subtask that was cancelled while it waited for the end of these very additions.</summary>
public sealed class CancelledWaiterTests
{
    [Fact]
    public async Task A_failure_before_it_ends_its_run_though_the_additions_lead_back_to_it()
    {
        var grower = new Checkpoint();
        var failing = new Checkpoint();
        await using Engine engine = new(builder => builder
            .AddTaskType("work", "Works.", (TaskContext context, CancellationToken stop) => WorkAsync(context, stop)));
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef adds = plan.Add("adds", "work");
            SubtaskRef fails = plan.Add("fails", "work");
            SubtaskRef waits = plan.Add("waits", "work", after: [adds, fails]);
            SubtaskRef waitsToo = plan.Add("waitsToo", "work", after: [adds]);
            plan.Add("last", "work", options: new() { Optional = [waits, waitsToo] });
        });
        await grower.Reached;
        await failing.Reached;
        await run.CancelAsync("waits", TestContext.Current.CancellationToken);
        await Engine.SeeAsync<SubtaskCancelled>(run);
        grower.Open();
        await Engine.SeeAsync<SubtaskSkipped>(run, skipped => skipped.SubtaskId.EndsWith("late", StringComparison.Ordinal));
        failing.Open();

        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal((SubtaskState.Failed, SubtaskState.Succeeded), (result["fails"].State, result["last"].State));

        async ValueTask WorkAsync(TaskContext context, CancellationToken stop)
        {
            switch (context.Subtask.Id)
            {
                case "adds":
                    context.AddSubtasks(plan => plan.Add("grower", "work"));
                    break;
                case "adds/grower":
                    await grower.PassAsync(stop);
                    context.AddSubtasks(plan => plan.Add("late", "work", after: [new SubtaskRef("waits")]));
                    break;
                case "fails":
                    await failing.PassAsync(stop);
                    throw new TaskFailedException("Broken.") { IsFinal = true };
            }
        }
    }
}
