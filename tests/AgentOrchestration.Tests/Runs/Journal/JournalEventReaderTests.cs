using System.Text.Json;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Runs.Journal;

/// <summary>Who reads a journal sees the same ids as who has followed the run.</summary>
public sealed class JournalEventReaderTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_item_that_depends_on_a_subtask_with_the_id_of_another_item_is_read_as_the_run_has_it()
    {
        var plan = new TaskPlan
        {
            Subtasks =
            [
                new Subtask { Id = "0", TaskType = "work" },
                new Subtask
                {
                    Id = "each",
                    TaskType = "join",
                    DependsOn = ["0"],
                    Items = JsonElement.Parse("""["a","b"]"""),
                    Arguments = JsonElement.Parse("""[{"$item":""},{"$output":"0"}]"""),
                },
            ],
        };

        SubtasksAdded added = await AddedByAsync("each", plan);

        Assert.Equal(["each/0", "each/1"], added.Subtasks.Select(subtask => subtask.Id));
        Assert.All(added.Subtasks, subtask => Assert.Equal(["0"], subtask.DependsOn));
    }

    [Fact]
    public async Task An_addition_that_depends_on_an_id_of_the_run_is_read_as_the_run_has_it()
    {
        var plan = new TaskPlan
        {
            Subtasks =
            [
                new Subtask { Id = "list", TaskType = "work" },
                new Subtask
                {
                    Id = "inner",
                    TaskType = Subtask.NestedPlan,
                    DependsOn = ["list"],
                    Plan = new TaskPlan { Subtasks = [new Subtask { Id = "list", TaskType = "work" }, new Subtask { Id = "grows", TaskType = "grows", DependsOn = ["list"] }] },
                },
            ],
        };

        SubtasksAdded added = await AddedByAsync("inner/grows", plan);

        Assert.Equal(["list"], Assert.Single(added.Subtasks).DependsOn);
    }

    /// <summary>Runs a plan, and compares its events with those of its journal.</summary>
    private static async Task<SubtasksAdded> AddedByAsync(string subtask, TaskPlan plan)
    {
        var host = new DurableHost(builder => builder
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"))
            .AddTaskType("join", "Joins.", (string[] input, TaskContext _, CancellationToken _) => ValueTask.FromResult(string.Join(',', input)))
            .AddTaskType("grows", "Adds a subtask.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.AddSubtasks(more => more.Add("more", "work", after: [new SubtaskRef("list")]));
                return ValueTask.FromResult("grown");
            }));
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        IReadOnlyList<RunEvent> seen = await Engine.EventsAsync(run);

        List<RunEvent> read = [];
        await foreach (RunEvent next in host.Store.ReadEventsAsync(run.RunId, TestEnd))
        {
            read.Add(next);
        }

        Assert.Equal(seen.Select(next => JsonSerializer.Serialize(next)), read.Select(next => JsonSerializer.Serialize(next)));
        return read.OfType<SubtasksAdded>().Single(added => added.SubtaskId == subtask);
    }
}
