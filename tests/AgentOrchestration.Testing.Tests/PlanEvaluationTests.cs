using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

public sealed class PlanEvaluationTests
{
    private const string Right = """{"subtasks":[{"id":"a","type":"look","estimatedMinutes":2},{"id":"b","type":"send","dependsOn":["a"],"estimatedMinutes":1}]}""";
    private const string Half = """{"subtasks":[{"id":"a","type":"look"},{"id":"a2","type":"look"},{"id":"c","type":"print","dependsOn":["a","a2"]}]}""";
    private const string Repaired = """{"subtasks":[{"id":"a","type":"look"},{"id":"b","type":"send","dependsOn":["a","a"]}]}""";
    private const string Invalid = """{"subtasks":[{"id":"a","type":"sing"}]}""";

    private static readonly ExpectedPlan Expected = new(new OrchestrationRequest("Look and send"), ["look", "send"], [new ExpectedLink("look", "send")]);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_as_expected_has_all_right()
    {
        PlanEvaluationResult result = await EvaluateAsync([Expected], Right);

        Assert.Equal((1, 1.0, 1.0, 2, TimeSpan.FromMinutes(3)), (result.Valid, result.Nodes.F1, result.Links.F1, result.Plans[0].Depth, result.Plans[0].CriticalPath));
        Assert.StartsWith("1 of 1 valid, 0 repaired, 0 asked again; nodes F1 1.000", $"{result}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scores_are_counted_over_all_requests_and_each_task_type_and_link_once()
    {
        PlanEvaluationResult result = await EvaluateAsync([Expected, Expected], Right, Half);

        Assert.Equal(new PlanScore(Right: 3, Planned: 4, Expected: 4), result.Nodes);
        Assert.Equal(new PlanScore(Right: 1, Planned: 2, Expected: 2), result.Links);
        Assert.Equal((0.75, 0.5), (result.Nodes.F1, result.Links.F1));
    }

    [Fact]
    public async Task A_request_without_a_plan_counts_as_planned_nothing_and_beside_it_is_left_out()
    {
        PlanEvaluationResult result = await EvaluateAsync([Expected, Expected], Invalid, Right);

        Assert.Equal((1, 2, 4), (result.Valid, result.Nodes.Right, result.Nodes.Expected));
        Assert.Equal((1.0, 1.0), (result.NodesOfValid.F1, result.LinksOfValid.F1));
        Assert.Null(result.Plans[0].Plan);
        Assert.Equal([PlanDiagnosticCode.UnknownTaskType], result.Plans[0].Diagnostics.Select(diagnostic => diagnostic.Code));
        Assert.Equal(2, result.MeanDepth);
    }

    [Fact]
    public async Task Repairs_rounds_and_tokens_are_counted()
    {
        PlanEvaluationResult result = await EvaluateAsync([Expected, Expected], repairs: 1, Repaired, Invalid, Right);

        Assert.Equal((2, 1, 1), (result.Valid, result.Repaired, result.AskedAgain));
        Assert.True(result.Tokens > 100, $"{result.Tokens} tokens");
    }

    [Fact]
    public async Task A_decomposer_of_the_applications_own_is_evaluated_like_a_model()
    {
        await using ServiceProvider services = Services(builder => builder.UseDecomposer(new Fixed()));

        PlanEvaluationResult result = await PlanEvaluation.RunAsync(services.GetRequiredService<ITaskOrchestrator>(), [Expected], TestEnd);

        Assert.Equal((1.0, 0.0), (result.Nodes.F1, result.Links.F1));
    }

    [Fact]
    public void Plans_within_plans_count_and_are_no_ends_of_links()
    {
        var inner = new TaskPlan { Subtasks = [new Subtask { Id = "x", TaskType = "look" }, new Subtask { Id = "y", TaskType = "send", OptionalDependsOn = ["x"] }] };
        var plan = new TaskPlan
        {
            Subtasks = [new Subtask { Id = "p", TaskType = Subtask.NestedPlan, Plan = inner }, new Subtask { Id = "q", TaskType = "print", DependsOn = ["p"] }],
        };

        (PlanScore nodes, PlanScore links) = PlanEvaluation.Compare(plan, Expected);

        Assert.Equal((new PlanScore(2, 3, 2), new PlanScore(1, 1, 1)), (nodes, links));
    }

    [Fact]
    public async Task Nothing_to_evaluate_is_no_division_by_zero()
    {
        PlanEvaluationResult result = await EvaluateAsync([]);

        Assert.Equal((0, 0.0, 0.0, 0.0, 0.0, 0.0), (result.Valid, result.Nodes.F1, result.Nodes.Precision, result.Links.Recall, result.MeanDepth, result.MeanCriticalPath.TotalSeconds));
    }

    [Fact]
    public async Task An_evaluation_that_is_cancelled_ends()
    {
        await using ServiceProvider services = Services(builder => builder.UseDecomposer(new Fixed()));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PlanEvaluation.RunAsync(services.GetRequiredService<ITaskOrchestrator>(), [Expected], new CancellationToken(canceled: true)));
    }

    private static Task<PlanEvaluationResult> EvaluateAsync(IEnumerable<ExpectedPlan> expected, params string[] answers) => EvaluateAsync(expected, repairs: 0, answers);

    private static async Task<PlanEvaluationResult> EvaluateAsync(IEnumerable<ExpectedPlan> expected, int repairs, params string[] answers)
    {
        using var model = new ScriptedChatClient();
        foreach (string answer in answers)
        {
            model.Answer(answer);
        }

        await using ServiceProvider services = Services(builder => builder.Services.AddSingleton<IChatClient>(model), repairs);
        return await PlanEvaluation.RunAsync(services.GetRequiredService<ITaskOrchestrator>(), expected, TestEnd);
    }

    private static ServiceProvider Services(Action<IAgentOrchestrationBuilder> configure, int repairs = 0)
    {
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration(options => options.Planning.MaxRepairs = repairs);
        foreach (string name in (string[])["look", "send", "print"])
        {
            builder.AddTaskType(name, $"Does {name}.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"));
        }

        configure(builder);
        return builder.Services.BuildServiceProvider();
    }

    private sealed class Fixed : ITaskDecomposer
    {
        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult(new TaskPlan { Subtasks = [new Subtask { Id = "a", TaskType = "look" }, new Subtask { Id = "b", TaskType = "send" }] });
        }
    }
}
