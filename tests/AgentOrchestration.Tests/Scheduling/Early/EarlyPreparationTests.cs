using System.Text.Json.Nodes;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Tests.Scheduling.Early;

/// <summary>Answers of the host about subtasks that start early, and identical work.</summary>
public sealed class EarlyPreparationTests
{
    private static readonly SubtaskError Broken = new("Broken", "It broke.");

    private readonly HostCommands _commands = new();

    [Fact]
    public void An_answer_about_a_condition_is_no_preparation_of_the_next_attempt()
    {
        DispatchCore core = Start(plan =>
        {
            SubtaskRef first = plan.Add("first", "read", new JsonArray());
            plan.Add("then", "pure", new JsonArray(), options: new() { When = new SubtaskCondition(first.Output(), ConditionOperator.Exists) });
        });
        Prepare(core, 1, "same");
        core.Returned(0, 1, "first", 1, _commands);
        Assert.Contains(Take(), command => command.Kind == HostCommandKind.CheckCondition);

        core.Returned(1, 1, new AttemptResult { Error = Broken }, 2, _commands);
        Assert.Contains(Take(), command => command.Kind == HostCommandKind.Prepare);
        core.ConditionChecked(1, new Preparation(), 3, _commands);
        Assert.Empty(_commands.Starts);

        core.Prepared(1, new Preparation { Cached = new CachedOutput("known") }, 4, _commands);
        Assert.Equal((SubtaskState.Succeeded, 1, "known"), (core.State.StateOf(1), core.State.AttemptOf(1), core.State.OutputOf(1)));
    }

    [Fact]
    public void Of_identical_candidates_one_starts_early_and_the_other_takes_its_output()
    {
        DispatchCore core = Start(plan =>
        {
            SubtaskRef first = plan.Add("first", "read", new JsonArray());
            plan.Add("a", "pure", new JsonArray(), [first]);
            plan.Add("b", "pure", new JsonArray(), [first]);
        });
        Prepare(core, 1, "same");
        Prepare(core, 2, "same");
        Assert.Equal((1, 0), (core.State.AttemptOf(1), core.State.AttemptOf(2)));
        core.Returned(1, 1, "made", 1, _commands);
        core.Returned(0, 1, "first", 2, _commands);
        core.Prepared(2, new Preparation { Identity = "same" }, 3, _commands);

        Assert.Equal(("made", "made", 0, true), (core.State.OutputOf(1), core.State.OutputOf(2), core.State.AttemptOf(2), core.State.IsEnded));
    }

    [Fact]
    public void Early_work_that_an_identical_subtask_has_begun_meanwhile_is_dropped_and_that_output_is_taken()
    {
        DispatchCore core = Start(plan =>
        {
            SubtaskRef first = plan.Add("first", "read", new JsonArray());
            SubtaskRef other = plan.Add("other", "read", new JsonArray());
            plan.Add("a", "pure", new JsonArray(), [first]);
            plan.Add("b", "pure", new JsonArray(), [other]);
        });
        Prepare(core, 2, "same");
        core.Returned(1, 1, "other", 1, _commands);
        core.Prepared(3, new Preparation { Identity = "same" }, 2, _commands);
        Assert.Equal((SubtaskState.Running, 1), (core.State.StateOf(3), core.State.AttemptOf(3)));
        core.Returned(2, 1, "early", 3, _commands);
        core.Returned(0, 1, "first", 4, _commands);
        core.Prepared(2, new Preparation { Identity = "same" }, 5, _commands);
        core.Returned(3, 1, "made", 6, _commands);

        Assert.Equal(("made", true), (core.State.OutputOf(2), core.State.IsEnded));
        Assert.Equal(1, Enumerable.Range(0, core.State.History.Count).Count(index => core.State.History[index].Kind == RunFactKind.OutputDropped));
    }

    /// <summary>Of the subtasks that only compute the work is identified before it is done.</summary>
    private DispatchCore Start(Action<TaskPlanBuilder> plan)
    {
        var options = new RunOptions { MaxParallelism = 10, Extra = new ExtraWork { EarlyShare = 1 } };
        TaskGraph graph = EarlyWorld.GraphOf(TaskPlan.Create(plan));
        var core = new DispatchCore(graph, RunResources.Alone(EarlyWorld.NewPools()), "run", options, mayShare: subtask => graph.GetTaskType(subtask).Effect == TaskEffect.Pure);
        core.Start(0, _commands);
        return core;
    }

    private void Prepare(DispatchCore core, int subtask, string identity)
    {
        Assert.Contains(_commands.Others, command => command.Kind == HostCommandKind.PrepareEarly && command.Subtask == subtask);
        core.PreparedEarly(subtask, new Preparation { Identity = identity }, 0, _commands);
    }

    private HostCommand[] Take()
    {
        HostCommand[] taken = [.. _commands.Others];
        _commands.Clear();
        return taken;
    }
}
