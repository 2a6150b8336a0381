using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Planning;

/// <summary>A plan that goes back to the model once with its review.</summary>
public sealed class ReviewedPlanningTests
{
    private const string Slow = """{"subtasks":[{"id":"a","type":"look","arguments":{"text":"x"},"estimatedMinutes":2},{"id":"b","type":"look","dependsOn":["a"],"arguments":{"text":"y"},"estimatedMinutes":2}]}""";
    private const string Fast = """{"subtasks":[{"id":"a","type":"look","arguments":{"text":"x"},"estimatedMinutes":2},{"id":"b","type":"look","arguments":{"text":"y"},"estimatedMinutes":2}]}""";
    private const string Slower = """{"subtasks":[{"id":"a","type":"look","arguments":{"text":"x"},"estimatedMinutes":9}]}""";
    private const string Invalid = """{"subtasks":[{"id":"a","type":"sing"}]}""";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_is_improved_by_its_review()
    {
        var model = new ScriptedModel(Slow, Fast) { Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5 } };

        TaskPlan plan = await PlanAsync(model);

        Assert.Empty(plan.Subtasks[1].DependsOn);
        Assert.Equal((2, 30), (plan.Planning!.Rounds, plan.Planning.Tokens));
        string question = model.Asked[1][^1].Text;
        Assert.StartsWith("That plan is valid.", question, StringComparison.Ordinal);
        Assert.Contains("'b' waits for 'a' and uses nothing of it", question, StringComparison.Ordinal);
        Assert.Contains("Expected gain: 2 min, by estimates.", question, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_default_nothing_is_sent_back()
    {
        var model = new ScriptedModel(Slow);

        Assert.Equal(["a"], (await PlanAsync(model, options => options.Planning.ReviewsPlans = false)).Subtasks[1].DependsOn);
    }

    [Fact]
    public async Task A_plan_without_findings_is_not_sent_back()
    {
        var model = new ScriptedModel(Fast);

        await PlanAsync(model);

        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task The_answer_to_a_review_is_not_reviewed_again()
    {
        var model = new ScriptedModel(Slow, Slow);

        TaskPlan plan = await PlanAsync(model);

        Assert.Equal((2, 2), (model.Asked.Count, plan.Planning!.Rounds));
    }

    [Theory]
    [InlineData(Invalid)]
    [InlineData(Slower)]
    [InlineData("no JSON")]
    [InlineData("")]
    public async Task An_answer_that_is_no_better_leaves_the_plan_as_it_was(string answer)
    {
        var model = new ScriptedModel(Slow, answer) { Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5 } };

        TaskPlan plan = await PlanAsync(model);

        Assert.Equal(["a", "b"], plan.Subtasks.Select(subtask => subtask.Id));
        Assert.Equal(["a"], plan.Subtasks[1].DependsOn);
        Assert.Equal((2, 30), (plan.Planning!.Rounds, plan.Planning.Tokens));
    }

    [Fact]
    public async Task A_model_that_fails_at_the_review_leaves_the_plan_as_it_was()
    {
        int calls = 0;
        var model = new ScriptedModel(Slow) { Before = _ => ++calls == 2 ? throw new HttpRequestException("503") : Task.CompletedTask };

        Assert.Equal(["a"], (await PlanAsync(model)).Subtasks[1].DependsOn);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_plan_whose_budget_is_used_up_is_not_sent_back()
    {
        var model = new ScriptedModel(Slow) { Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5 } };

        await PlanAsync(model, options => options.Planning.MaxTokens = 15);

        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task A_repaired_answer_is_reviewed_after_its_repairs()
    {
        var model = new ScriptedModel(Invalid, Slow, Fast);

        Assert.Empty((await PlanAsync(model)).Subtasks[1].DependsOn);
        Assert.Equal(3, model.Asked.Count);
    }

    [Fact]
    public async Task A_plan_of_the_cache_or_of_a_template_asks_no_model()
    {
        var model = new ScriptedModel(Slow, Slow);
        ITaskOrchestrator orchestrator = With(model, configure: builder => builder.UsePlanCache().AddPlanTemplate("Look {how}ly", TaskPlan.FromJson(Slow)));

        await orchestrator.PlanAsync(new OrchestrationRequest("Look twice"), TestEnd);
        TaskPlan cached = await orchestrator.PlanAsync(new OrchestrationRequest("Look twice"), TestEnd);
        TaskPlan made = await orchestrator.PlanAsync(new OrchestrationRequest("Look slowly"), TestEnd);

        Assert.Equal((2, 2, 2), (model.Asked.Count, cached.Subtasks.Count, made.Subtasks.Count));
    }

    [Fact]
    public async Task Nothing_starts_before_the_review()
    {
        var model = new ScriptedModel(Slow, Fast);

        await using OrchestrationRun run = await With(model).StartAsync(new OrchestrationRequest("Look twice"), TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, 2), (result.Outcome, model.Asked.Count));
        Assert.Empty(result.Plan.Subtasks[1].DependsOn);
    }

    [Fact]
    public async Task Planning_that_is_cancelled_at_the_review_ends()
    {
        using var stop = new CancellationTokenSource();
        int calls = 0;
        var model = new ScriptedModel(Slow, Fast) { Before = async token => await (++calls == 2 ? stop.CancelAsync() : Task.CompletedTask).WaitAsync(token) };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => With(model).PlanAsync(new OrchestrationRequest("Look twice"), stop.Token));
    }

    private static Task<TaskPlan> PlanAsync(ScriptedModel model, Action<AgentOrchestrationOptions>? options = null) => With(model, options).PlanAsync(new OrchestrationRequest("Look twice"), TestEnd);

    private static ITaskOrchestrator With(ScriptedModel model, Action<AgentOrchestrationOptions>? options = null, Action<IAgentOrchestrationBuilder>? configure = null) => Application.With(
        model,
        made =>
        {
            made.Planning.ReviewsPlans = true;
            options?.Invoke(made);
        },
        builder =>
        {
            builder.AddTaskType("look", "Looks.", (Note _, TaskContext _, CancellationToken _) => ValueTask.FromResult("seen"), taskType => taskType.Effect = TaskEffect.Read);
            configure?.Invoke(builder);
        });

    internal sealed record Note(string Text);
}
