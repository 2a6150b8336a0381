using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Planning;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using static AgentOrchestration.Tests.Execution.Early.EarlyPlans;

namespace AgentOrchestration.Tests.Execution.Early;

/// <summary>Work that starts before its subtask is ready, and whose output is held until it is.</summary>
public sealed class EarlyStartTests
{
    private readonly Steps _steps = new();
    private readonly Checkpoint _first = new();
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_only_waits_for_the_order_starts_early_and_nobody_sees_its_output_before_its_turn()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        await using Engine engine = _steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(Ordered);
        await Engine.SeeAsync<OutputHeld>(run);

        SubtaskSnapshot held = Of(run.GetSnapshot(), "second");
        Assert.Equal((SubtaskState.Pending, true, 1), (held.State, held.Extra!.StartedEarly, held.Attempts));
        Assert.Null(held.Output);
        Assert.NotNull(held.Extra.HeldSince);
        Assert.DoesNotContain("third", _steps.Executed);
        WaitExplanation why = run.Explain("second");
        Assert.Equal((WaitKind.Dependencies, held.Extra.HeldSince), (why.Kind, why.HeldSince));
        Assert.EndsWith("and held", why.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("waits for the end of first (Running)", why.ToString(), StringComparison.Ordinal);

        engine.Clock.Advance(TimeSpan.FromMinutes(1));
        _first.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, "third(second())"), (result.Outcome, result.GetOutput<string>("third")));
        SubtaskSnapshot second = result["second"];
        Assert.Equal((false, null), (second.Extra!.StartedEarly, second.Extra.HeldSince));
        Assert.Equal(held.AttemptIntervals[0], Assert.Single(second.AttemptIntervals));
        Assert.Equal(held.Extra.HeldSince, second.AttemptIntervals[0].EndedAt);
        Assert.Equal(result["first"].EndedAt, second.EndedAt);
        Assert.Empty(result.Savings.Extra);
        Assert.Equal(["first", "second", "third"], _steps.Executed.Order());
        Assert.DoesNotContain(await Engine.EventsAsync(run), next => next is OutputDropped);
    }

    [Fact]
    public async Task An_attempt_that_still_runs_when_its_turn_comes_is_one_like_others()
    {
        var second = new Checkpoint();
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        _steps.Code["second"] = (_, stop) => second.PassAsync(stop);
        await using Engine engine = _steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(Ordered);
        await _first.Reached;
        await second.Reached;
        Assert.StartsWith("runs early since ", run.Explain("second").ToString(), StringComparison.Ordinal);
        Assert.Contains("before the end of first (Running)", run.Explain("second").ToString(), StringComparison.Ordinal);

        _first.Open();
        await Engine.SeeAsync<AttemptConfirmed>(run);
        Assert.Equal((SubtaskState.Running, false), (Of(run.GetSnapshot(), "second").State, Of(run.GetSnapshot(), "second").Extra!.StartedEarly));
        second.Open();

        RunResult result = await run.EndAsync();
        Assert.Equal("third(second())", result.GetOutput<string>("third"));
        Assert.Equal(3, _steps.Executed.Count);
        Assert.DoesNotContain(await Engine.EventsAsync(run), next => next is OutputHeld or OutputDropped);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_what_comes_first_fails_it_is_skipped_as_without_and_its_usage_is_extra(bool isHeld)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _steps.Code["first"] = async (_, stop) =>
        {
            await _first.PassAsync(stop);
            throw new InvalidDataException("No.");
        };
        var second = new Checkpoint();
        _steps.Code["second"] = isHeld ? (_, _) => Task.CompletedTask : async (_, stop) =>
        {
            using CancellationTokenRegistration registration = stop.Register(stopped.SetResult);
            await second.PassAsync(CancellationToken.None);
        };
        await using Engine engine = _steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(Ordered);
        await (isHeld ? Engine.SeeAsync<OutputHeld>(run) : second.Reached);

        _first.Open();
        if (!isHeld)
        {
            // Its late answer is not used.
            await stopped.Task.InTimeAsync(run);
            second.Open();
        }

        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Failed, result.Outcome);
        Assert.All([result["second"], result["third"]], subtask =>
            Assert.Equal((SubtaskState.Skipped, SkipReason.Failed, "first", null), (subtask.State, subtask.SkipReason, subtask.SkippedBecauseOf, subtask.Output)));
        SavingsItem extra = Assert.Single(result.Savings.Extra);
        Assert.Equal((SavingsReason.Early, 1, 100), (extra.Reason, extra.Subtasks, extra.Usage.InputTokens));
        Assert.Equal((200, -100), (result.Savings.Spent.InputTokens, result.Savings.Net.InputTokens));
        Assert.Equal(100, result["second"].Extra!.DroppedUsage.InputTokens);
        Assert.Equal(1, (await Engine.EventsAsync(run)).Count(next => next is OutputDropped { Error: null }));
    }

    [Theory]
    [InlineData("yes", SubtaskState.Succeeded)]
    [InlineData("no", SubtaskState.Skipped)]
    public async Task A_condition_without_a_value_is_a_gate(string wanted, SubtaskState expected)
    {
        _steps.Code["yes"] = (_, stop) => _first.PassAsync(stop);
        await using Engine engine = _steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef yes = Steps.Add(plan, "yes", "read");
            SubtaskRef then = Steps.Add(plan, "then", "pure", options: new() { When = new SubtaskCondition(yes.Output(), ConditionOperator.Equals) { Value = JsonSerializer.SerializeToElement($"{wanted}()") } });
            Steps.Add(plan, "last", "write", of: [then]);
        });
        await Engine.SeeAsync<OutputHeld>(run);
        _first.Open();

        RunResult result = await run.EndAsync();

        Assert.Equal((expected, expected), (result["then"].State, result["last"].State));
        Assert.Equal(expected == SubtaskState.Skipped ? SkipReason.Condition : null, result["then"].SkipReason);
        Assert.Equal(expected == SubtaskState.Skipped ? 1 : 0, result.Savings.Extra.Count);
        Assert.Equal(1, _steps.Executed.Count(id => id == "then"));
    }

    [Fact]
    public async Task What_changes_something_waits_for_an_approval_or_comes_after_a_change_never_starts_early()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        _steps.Code["change"] = (_, stop) => _first.PassAsync(stop);
        await using Engine engine = _steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef first = Steps.Add(plan, "first", "read");
            SubtaskRef change = Steps.Add(plan, "change", "write");
            SubtaskRef between = Steps.Add(plan, "between", "read", of: [change]);
            Steps.Add(plan, "write", "write", after: [first]);
            Steps.Add(plan, "irreversible", "irreversible", after: [first]);
            Steps.Add(plan, "approved", "approved", after: [first]);
            Steps.Add(plan, "afterwards", "read", after: [change]);
            Steps.Add(plan, "later", "read", after: [between]);
            Steps.Add(plan, "refers", "read", of: [first]);
            Steps.Add(plan, "optional", "read", options: new() { Optional = [first] });
            Steps.Add(plan, "early", "read", after: [first]);
        });
        await Engine.SeeAsync<OutputHeld>(run);
        await Engine.SeeAsync<AttemptStarted>(run, started => started.SubtaskId == "first");
        await Engine.SeeAsync<AttemptStarted>(run, started => started.SubtaskId == "change");

        Assert.Equal(["change", "early", "first"], run.GetSnapshot().Subtasks.Where(subtask => subtask.Attempts > 0).Select(subtask => subtask.Subtask.Id).Order());
        _first.Open();
        ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);
        await run.ApproveAsync(question, cancellationToken: TestEnd);
        RunResult result = await run.EndAsync();
        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        IEnumerable<AttemptStarted> early = (await Engine.EventsAsync(run)).OfType<AttemptStarted>().Where(started => started.IsEarly);

        // When the change is made, what comes after it may be early too.
        Assert.Empty(early.Select(started => started.SubtaskId).Except(["early", "later"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Work_that_only_computes_starts_while_somebody_reads_the_plan_and_counts_when_it_is_approved(bool isApproved)
    {
        await using Engine engine = _steps.Engine(
            options: options => options.Planning.ApprovePlan = async (_, stop) =>
            {
                await _first.PassAsync(stop);
                return isApproved;
            },
            also: builder => builder.Services.AddSingleton<IChatClient>(new ScriptedModel(
                """{"subtasks":[{"id":"a","type":"pure","arguments":["a"]},{"id":"b","type":"read","arguments":["b"]},{"id":"c","type":"pure","arguments":["c",{"$output":"a"}]}]}""")));
        var computed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _steps.Code["a"] = (_, _) =>
        {
            computed.TrySetResult();
            return Task.CompletedTask;
        };
        Task<OrchestrationRun> starting = engine.Orchestrator.StartAsync(new OrchestrationRequest("Compute."), TestEnd);
        await _first.Reached;
        await computed.Task.InTimeAsync(what: "work before the approval");
        Assert.Equal(["a"], _steps.Executed);
        _first.Open();
        if (!isApproved)
        {
            await Assert.ThrowsAsync<PlanRejectedException>(() => starting);
            Assert.Equal(["a"], _steps.Executed);
            return;
        }

        await using OrchestrationRun run = await starting;
        RunResult result = await run.EndAsync();

        Assert.Equal("c(a())", result.GetOutput<string>("c"));
        Assert.Equal(["a", "b", "c"], _steps.Executed.Order());
        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
        Assert.DoesNotContain(events.TakeWhile(next => next is not PlanCompleted), next => next is SubtaskSucceeded);
        Assert.Contains(events, next => next is PlanCompleted);
    }

    [Fact]
    public async Task A_cancelled_run_and_a_cancelled_subtask_drop_what_is_early()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        await using Engine engine = _steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(Ordered);
        await Engine.SeeAsync<OutputHeld>(run);
        await run.CancelAsync("second", TestEnd);
        await Engine.SeeAsync<SubtaskCancelled>(run);
        await run.CancelAsync(TestEnd);

        RunResult result = await run.EndAsync();

        Assert.Equal((SubtaskState.Cancelled, SubtaskState.Skipped), (result["second"].State, result["third"].State));
        Assert.Equal(SavingsReason.Early, Assert.Single(result.Savings.Extra).Reason);
    }

    [Fact]
    public async Task What_is_cancelled_while_it_runs_early_stays_cancelled_when_its_gate_opens()
    {
        var then = new Checkpoint();
        _steps.Code["yes"] = (_, stop) => _first.PassAsync(stop);
        _steps.Code["then"] = (_, _) => then.PassAsync(CancellationToken.None);
        await using Engine engine = _steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef yes = Steps.Add(plan, "yes", "read");
            Steps.Add(plan, "then", "pure", options: new() { When = new SubtaskCondition(yes.Output(), ConditionOperator.Exists) });
        });
        await then.Reached;
        await run.CancelAsync("then", TestEnd);
        _first.Open();
        await Engine.SeeAsync<SubtaskSucceeded>(run);
        then.Open();

        RunResult result = await run.EndAsync();

        Assert.Equal((SubtaskState.Cancelled, 2), (result["then"].State, _steps.Executed.Count));
    }

    [Fact]
    public async Task Work_that_adds_subtasks_is_done_again_when_it_is_its_turn()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        _steps.Code["second"] = (context, _) =>
        {
            context.AddSubtasks(plan => Steps.Add(plan, "added", "read"));
            return Task.CompletedTask;
        };
        await using Engine engine = _steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(Ordered);
        await Engine.SeeAsync<OutputDropped>(run);
        Assert.Equal(3, run.GetSnapshot().Subtasks.Count);
        _first.Open();

        RunResult result = await run.EndAsync();
        Assert.Equal((RunOutcome.Succeeded, SubtaskState.Succeeded), (result.Outcome, result["second/added"].State));
    }
}
