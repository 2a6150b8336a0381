using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Planning;

/// <summary>A plan of which one step fails, and another plan that goes around it.</summary>
public sealed class ReplanningTests
{
    private const string First = """
        {"subtasks":[
          {"id":"fetch","type":"work","arguments":"fetch"},
          {"id":"broken","type":"broken","dependsOn":["fetch"],"arguments":{"$output":"fetch"}},
          {"id":"last","type":"work","dependsOn":["broken"],"arguments":{"$output":"broken"}}]}
        """;

    private const string Second = """
        {"subtasks":[
          {"id":"fetch","type":"work","arguments":"fetch"},
          {"id":"last","type":"work","dependsOn":["fetch"],"arguments":{"$output":"fetch"}}]}
        """;

    private readonly List<string> _worked = [];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_has_succeeded_is_kept_and_the_rest_replaced()
    {
        var model = new ScriptedModel(First, Second);
        await using Engine engine = Create(model);
        var request = new OrchestrationRequest("Work.");
        await using OrchestrationRun failed = await engine.Orchestrator.StartAsync(request, TestEnd);

        await using OrchestrationRun run = await engine.Orchestrator.ReplanAsync(request, failed, TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, "fetch!!"), (result.Outcome, result.GetOutput<string>("last")));
        Assert.Equal(["fetch", "fetch!"], _worked);
        Assert.Equal((OutputOrigin.Reused, OutputOrigin.Executed), (result["fetch"].Origin, result["last"].Origin));
        string told = model.Asked[1][^1].Text;
        Assert.Contains("have succeeded: fetch.", told, StringComparison.Ordinal);
        Assert.Contains("'broken' failed after 1 attempts", told, StringComparison.Ordinal);
        Assert.Contains("The desk is closed.", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_other_plan_is_refused_too_what_came_of_the_first_is_still_told()
    {
        var model = new ScriptedModel(First, """{"subtasks":[{"id":"last","type":"sing"}]}""", Second);
        await using Engine engine = Create(model);
        var request = new OrchestrationRequest("Work.");
        await using OrchestrationRun failed = await engine.Orchestrator.StartAsync(request, TestEnd);

        await using OrchestrationRun run = await engine.Orchestrator.ReplanAsync(request, failed, TestEnd);

        Assert.Equal(OutputOrigin.Reused, (await run.EndAsync())["fetch"].Origin);
        string told = model.Asked[2][^1].Text;
        Assert.All(
            (IEnumerable<string>)["An earlier plan was run", "have succeeded: fetch.", "was refused", "There is no task type 'sing'", "The desk is closed."],
            said => Assert.Contains(said, told, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_that_was_cancelled_is_told_as_that_with_what_it_has_done()
    {
        var model = new ScriptedModel(First.Replace("\"broken\",\"dependsOn", "\"hang\",\"dependsOn", StringComparison.Ordinal), Second);
        await using Engine engine = Create(model);
        var request = new OrchestrationRequest("Work.");
        await using OrchestrationRun stopped = await engine.Orchestrator.StartAsync(request, TestEnd);
        await Engine.SeeAsync<AttemptStarted>(stopped, started => started.SubtaskId == "broken");
        await stopped.CancelAsync(cancellationToken: TestEnd);

        await using OrchestrationRun run = await engine.Orchestrator.ReplanAsync(request, stopped, TestEnd);

        Assert.Equal(OutputOrigin.Reused, (await run.EndAsync())["fetch"].Origin);
        string told = model.Asked[1][^1].Text;
        Assert.Contains("have succeeded: fetch.", told, StringComparison.Ordinal);
        Assert.Contains("The run was cancelled before it was done.", told, StringComparison.Ordinal);
        Assert.DoesNotContain("refused", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_error_is_told_in_whole_characters()
    {
        var model = new ScriptedModel(First, Second);
        await using Engine engine = Create(model, error: string.Concat(Enumerable.Repeat("a😀", 500)));
        var request = new OrchestrationRequest("Work.");
        await using OrchestrationRun failed = await engine.Orchestrator.StartAsync(request, TestEnd);

        await using OrchestrationRun run = await engine.Orchestrator.ReplanAsync(request, failed, TestEnd);

        Assert.DoesNotContain('\uFFFD', string.Concat(model.Asked[1][^1].Text.EnumerateRunes()));
    }

    [Fact]
    public async Task What_the_first_plan_has_used_counts_against_the_budget_of_the_other()
    {
        var model = new ScriptedModel(First, Second) { Usage = new UsageDetails { InputTokenCount = 100, OutputTokenCount = 10 } };
        await using Engine engine = Create(model, options => options.Planning.MaxTokens = 200);
        var request = new OrchestrationRequest("Work.");
        await using OrchestrationRun failed = await engine.Orchestrator.StartAsync(request, TestEnd);

        await using OrchestrationRun run = await engine.Orchestrator.ReplanAsync(request, failed, TestEnd);

        Assert.Equal([200, 90], model.Options.Select(options => options!.MaxOutputTokens));
        Assert.Equal((2, 220), (run.Plan.Planning!.Rounds, run.Plan.Planning.Tokens));
    }

    [Fact]
    public async Task With_the_budget_of_planning_used_up_nobody_is_asked_again()
    {
        var model = new ScriptedModel(First, Second) { Usage = new UsageDetails { InputTokenCount = 100, OutputTokenCount = 10 } };
        await using Engine engine = Create(model, options => (options.Planning.MaxTokens, options.Planning.MaxReplans) = (100, 1));
        var request = new OrchestrationRequest("Work.");
        await using OrchestrationRun failed = await engine.Orchestrator.StartAsync(request, TestEnd);

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => engine.Orchestrator.ReplanAsync(request, failed, TestEnd));

        Assert.Equal([PlanDiagnosticCode.PlanningBudget, PlanDiagnosticCode.Failed], refusal.Diagnostics.Select(diagnostic => diagnostic.Code));
        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task With_the_budget_of_planning_used_up_an_answer_that_failed_has_failed()
    {
        var model = new ScriptedModel(First, Second) { Usage = new UsageDetails { InputTokenCount = 100, OutputTokenCount = 10 } };
        await using Engine engine = Create(model, options => (options.Planning.MaxTokens, options.Planning.MaxReplans) = (100, 1));

        await Assert.ThrowsAsync<OrchestrationFailedException>(() => engine.Orchestrator.RunAsync<Answer>(new OrchestrationRequest("Work."), TestEnd));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task A_request_for_an_answer_is_planned_again_as_often_as_the_options_say(int maxReplans, bool succeeds)
    {
        await using Engine engine = Create(new ScriptedModel(First, Second), options => options.Planning.MaxReplans = maxReplans);

        Task<Answer> answering = engine.Orchestrator.RunAsync<Answer>(new OrchestrationRequest("Work."), TestEnd);

        if (succeeds)
        {
            Assert.Equal("fetch!!", (await answering).Text);
        }
        else
        {
            await Assert.ThrowsAsync<OrchestrationFailedException>(() => answering);
        }
    }

    [Fact]
    public async Task A_run_that_goes_on_in_place_of_another_has_what_that_left_of_the_budget()
    {
        await using Engine engine = Create(new ScriptedModel(First, Second), options => options.Runs.Budget = new RunBudget { MaxAttempts = 3 });
        var request = new OrchestrationRequest("Work.");
        await using OrchestrationRun failed = await engine.Orchestrator.StartAsync(request, TestEnd);

        // Two attempts are used; one is left, which the second plan needs.
        await using OrchestrationRun run = await engine.Orchestrator.ReplanAsync(request, failed, TestEnd);
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
    }

    [Fact]
    public async Task With_its_budget_used_up_a_run_is_not_planned_again()
    {
        var model = new ScriptedModel(First, Second);
        await using Engine engine = Create(model, options =>
        {
            options.Runs.Budget = new RunBudget { MaxAttempts = 2 };
            options.Planning.MaxReplans = 3;
        });
        var request = new OrchestrationRequest("Work.");
        await using OrchestrationRun failed = await engine.Orchestrator.StartAsync(request, TestEnd);

        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Orchestrator.ReplanAsync(request, failed, TestEnd));

        Assert.Contains("used up its budget", thrown.Message, StringComparison.Ordinal);
        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task The_other_plan_is_approved_too()
    {
        List<int> decided = [];
        await using Engine engine = Create(new ScriptedModel(First, Second), options => options.Planning.ApprovePlan = (plan, _) =>
        {
            decided.Add(plan.Subtasks.Count);
            return ValueTask.FromResult(decided.Count == 1);
        });
        var request = new OrchestrationRequest("Work.");
        await using OrchestrationRun failed = await engine.Orchestrator.StartAsync(request, TestEnd);

        await Assert.ThrowsAsync<PlanRejectedException>(() => engine.Orchestrator.ReplanAsync(request, failed, TestEnd));

        Assert.Equal([3, 2], decided);
    }

    [Fact]
    public async Task A_run_that_has_succeeded_is_not_planned_again()
    {
        await using Engine engine = Create(new ScriptedModel(Second));
        var request = new OrchestrationRequest("Work.");
        await using OrchestrationRun run = await engine.Orchestrator.StartAsync(request, TestEnd);

        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Orchestrator.ReplanAsync(request, run, TestEnd));
    }

    private Engine Create(IChatClient model, Action<AgentOrchestrationOptions>? options = null, string error = "The desk is closed.") => new(
        builder => builder
            .AddTaskType("work", "Works.", (string input, TaskContext _, CancellationToken _) =>
            {
                lock (_worked)
                {
                    _worked.Add(input);
                }

                return ValueTask.FromResult(input + "!");
            })
            .AddTaskType("hang", "Hangs.", async (string input, TaskContext context, CancellationToken stop) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, context.TimeProvider, stop);
                return input;
            })
            .AddTaskType<string, string>("broken", "Fails.", (_, _, _) => throw new InvalidDataException(error))
            .UseResultCompiler<Answer, AnswerCompiler>(),
        options,
        services => services.AddSingleton(model));

    private sealed record Answer(string Text);

    private sealed class AnswerCompiler : IResultCompiler<Answer>
    {
        public ValueTask<Answer> CompileAsync(RunResult result, CancellationToken cancellationToken) => ValueTask.FromResult(new Answer(result.GetOutput<string>("last")!));
    }
}
