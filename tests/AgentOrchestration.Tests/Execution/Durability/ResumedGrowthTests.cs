using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>Lists with failed items and joined growth survive their process.</summary>
public sealed class ResumedGrowthTests
{
    private Func<CancellationToken, Task> _hold = stop => new Checkpoint().PassAsync(stop);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waited_for_additions_waits_for_them_after_a_restart()
    {
        DurableHost host = Create();
        await LeaveAsync(host, TaskPlan.Create(plan => plan.Add("publish", "publish", after: [plan.Add("find", "find")])), "find/check");
        string runId = await host.OnlyRunIdAsync();

        var checking = new Checkpoint();
        _hold = checking.PassAsync;
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
        await checking.Reached;
        Assert.Equal(SubtaskState.Pending, run.GetSnapshot().Subtasks.Single(subtask => subtask.Subtask.Id == "publish").State);
        checking.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.True(result["publish"].StartedAt >= result["find/check"].EndedAt);
        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
        Assert.True(events.OfType<AttemptStarted>().Single(next => next.SubtaskId == "publish").Sequence > result["find/check"].EndedSequence);
    }

    [Fact]
    public async Task Results_and_errors_of_items_are_the_same_after_a_restart()
    {
        DurableHost host = Create();
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            SubtaskRef each = plan.ForEach("each", new JsonArray(4, -1), "root", options: new() { OnItemFailure = ItemFailurePolicy.Continue });
            plan.Add("sum", "sum", each.Output(), after: [plan.Add("hold", "check", after: [each])]);
        });
        await LeaveAsync(host, plan, "hold");

        _hold = _ => Task.CompletedTask;
        RunResult result = await host.ResumeToEndAsync(await host.OnlyRunIdAsync());

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(
            [new ItemResult<double> { Output = 2 }, new ItemResult<double> { Error = new ItemError("ArithmeticException", "-1 has no root.") }], result.GetOutput<ItemResult<double>[]>("each"));
        Assert.Equal("2 and -1 has no root.", result.GetOutput<string>("sum"));
        Assert.Equal(SubtaskState.Failed, result["each/1"].State);
    }

    [Fact]
    public async Task Every_beginning_of_a_journal_with_failed_items_and_joined_growth_ends_alike()
    {
        DurableHost host = Create();
        _hold = _ => Task.CompletedTask;
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            SubtaskRef failing = plan.ForEach("failing", new JsonArray(-1), "root");
            plan.Add("after", "publish", after: [failing, plan.Add("find", "find")]);
        });
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
            Assert.Equal("ItemsFailed", (await run.EndAsync())["failing"].Error!.Kind);
            runId = run.RunId;
        }

        string[] journal = await host.JournalAsync(runId);
        for (int events = 0; events <= journal.Length; events++)
        {
            // An output and what was added with it are committed together.
            if (events < journal.Length && journal[events].Contains("subtasks-added", StringComparison.Ordinal))
            {
                continue;
            }

            MemoryRunStore cut = await host.CutAsync(runId, events);
            await using ServiceProvider process = host.NewProcess(cut);
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
            RunResult result = await run.EndAsync();
            Assert.Equal((RunOutcome.Failed, "ItemsFailed", SubtaskState.Succeeded), (result.Outcome, result["failing"].Error!.Kind, result["find/check"].State));
        }
    }

    private static async Task LeaveAsync(DurableHost host, TaskPlan plan, string when)
    {
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
        await Engine.SeeAsync<AttemptStarted>(run, next => next.SubtaskId == when);
    }

    private DurableHost Create() => new(builder => builder
        .AddTaskType("find", "Adds a check.", (None _, TaskContext context, CancellationToken _) =>
        {
            context.AddSubtasks(plan => plan.Add("check", "check"));
            return ValueTask.FromResult(1);
        })
        .AddTaskType("check", "Checks.", async (None _, TaskContext _, CancellationToken stop) =>
        {
            await _hold(stop);
            return 1;
        })
        .AddTaskType("publish", "Publishes.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1), options => options.Effect = TaskEffect.Irreversible)
        .AddTaskType("root", "Takes a root.", (int number, TaskContext _, CancellationToken _) =>
            number < 0 ? throw new ArithmeticException($"{number} has no root.") : ValueTask.FromResult(Math.Sqrt(number)))
        .AddTaskType("sum", "Tells all.", (ItemResult<double>[] results, TaskContext _, CancellationToken _) =>
            ValueTask.FromResult(string.Join(" and ", results.Select(result => result.Error?.Message ?? $"{result.Output}")))));
}
