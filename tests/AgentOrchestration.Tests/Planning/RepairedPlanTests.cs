using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Planning;

/// <summary>From a model's answer to a plan that can be started, repaired and guarded.</summary>
public sealed class RepairedPlanTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_that_can_be_repaired_is_not_sent_back_and_says_what_was_repaired()
    {
        var model = new ScriptedModel(
            """
            Here it is:
            ```json
            {"subtasks":[{"id":"rows","name":"Read","type":"read_csv","arguments":{"path":"a.csv"}},{"id":"text","type":"describe","dependsOn":["Read"," rows"],"arguments":{"$output":"rows"}},
                         {"id":"more","type":"describe","arguments":{"$output":"Read"}}]}
            ```
            """);

        TaskPlan plan = await Application.PlanAsync(model);

        Assert.Single(model.Asked);
        Assert.Equal([[], ["rows"], ["rows"]], plan.Subtasks.Select(subtask => subtask.DependsOn));
        Assert.Equal(
            [
                PlanRepairCode.CodeFence, PlanRepairCode.Prose, PlanRepairCode.NameForId, PlanRepairCode.SpaceAroundId, PlanRepairCode.DuplicateDependency,
                PlanRepairCode.NameForId, PlanRepairCode.MissingDependency,
            ],
            plan.Repairs.Select(repair => repair.Code));
        Assert.DoesNotContain("repairs", System.Text.Json.JsonSerializer.Serialize(plan), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_cannot_be_repaired_goes_back_with_what_was_repaired_done()
    {
        var model = new ScriptedModel(
            """{"subtasks":[{"id":"rows","name":"Read","type":"read_csv","dependsOn":["ghost"],"arguments":{"path":"a.csv"}},{"id":"text","type":"describe","dependsOn":["Read"],"arguments":{"$output":"rows"}}]}""",
            Application.SoundPlan);

        TaskPlan plan = await Application.PlanAsync(model);

        Assert.Empty(plan.Repairs);
        Assert.Contains("\"dependsOn\":[\"rows\"]", model.Asked[1][2].Text, StringComparison.Ordinal);
        Assert.Equal(1, model.Asked[1][3].Text.Split("\"path\":").Length - 1);
    }

    [Fact]
    public async Task What_is_malformed_and_what_is_wrong_are_told_together_and_once()
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = await Application.RefuseAsync(
            """{"subtasks":[{"id":"a","type":"read_csv","code":"x"},{"type":"sing","dependsOn":["ghost"]},{"id":"b","type":7}]}""");

        Assert.Equal(
            [
                "InvalidArguments /subtasks/0/arguments", "Malformed /subtasks/0/code", "Malformed /subtasks/1/id", "Malformed /subtasks/2/type",
                "UnknownDependency /subtasks/1/dependsOn/0", "UnknownTaskType /subtasks/1/type",
            ],
            diagnostics.Select(diagnostic => $"{diagnostic.Code} {diagnostic.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_circle_names_the_places_of_its_dependencies()
    {
        PlanDiagnostic only = Assert.Single(await Application.RefuseAsync(
            """{"subtasks":[{"id":"a","type":"read_csv","dependsOn":["b"],"arguments":{"path":""}},{"id":"b","type":"read_csv","optionalDependsOn":["a"],"arguments":{"path":""}}]}"""));

        Assert.Equal(PlanDiagnosticCode.Cycle, only.Code);
        Assert.Equal("Remove one of these dependencies: /subtasks/1/optionalDependsOn/0, /subtasks/0/dependsOn/0.", only.Remedy);
    }

    [Fact]
    public async Task A_plan_made_by_hand_is_never_repaired()
    {
        TaskPlan handmade = new()
        {
            Subtasks =
            [
                new Subtask { Id = "rows", TaskType = "read_csv", Arguments = System.Text.Json.JsonElement.Parse("""{"path":"a"}""") },
                new Subtask { Id = "text", TaskType = "describe", Arguments = System.Text.Json.JsonElement.Parse("""{"$output":"rows"}""") },
            ],
        };

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => Application.With(null).StartAsync(handmade, TestEnd));

        Assert.Equal(PlanDiagnosticCode.ReferenceToNoDependency, Assert.Single(refusal.Diagnostics).Code);
    }

    [Theory]
    [InlineData(ApprovalScope.Nothing, new string[0])]
    [InlineData(ApprovalScope.Irreversible, new[] { "burn", "inner" })]
    [InlineData(ApprovalScope.Changes, new[] { "burn", "inner", "text", "undeclared", "each" })]
    public async Task What_a_model_plans_is_held_for_approval_by_its_effect(ApprovalScope held, string[] expected)
    {
        var model = new ScriptedModel(
            """
            {"subtasks":[{"id":"look","type":"look"},{"id":"burn","type":"burn"},{"id":"text","type":"write"},
             {"id":"p","type":"$plan","plan":{"subtasks":[{"id":"inner","type":"burn"},{"id":"seen","type":"look"}]}},
             {"id":"undeclared","type":"read_csv","arguments":{"path":"a"}},{"id":"each","type":"read_csv","dependsOn":["undeclared"],"forEach":"undeclared/columns","arguments":{"path":{"$item":""}}}]}
            """);
        ITaskOrchestrator orchestrator = Application.With(model, options => options.Planning.ApprovalScope = held, builder => Effects(builder));

        TaskPlan plan = await orchestrator.PlanAsync(Application.Request, TestEnd);

        Assert.Equal(expected.Order(), All(plan).Where(subtask => subtask.Policy?.RequiresApproval == true).Select(subtask => subtask.Id).Order());
        Assert.Empty(orchestrator.Check(plan));
    }

    [Fact]
    public async Task A_held_subtask_of_a_models_plan_waits_and_the_same_plan_by_hand_does_not()
    {
        const string Burn = """{"subtasks":[{"id":"burn","type":"burn"}]}""";
        ITaskOrchestrator orchestrator = Application.With(new ScriptedModel(Burn), options => options.Planning.ApprovalScope = ApprovalScope.Changes, builder => Effects(builder));

        await using OrchestrationRun held = await orchestrator.StartAsync(Application.Request, TestEnd);
        await foreach (RunEvent next in held.WatchAsync(TestEnd))
        {
            if (next is ApprovalRequested)
            {
                break;
            }
        }

        Assert.Equal(0, held.GetSnapshot().Subtasks.Sum(subtask => subtask.Attempts));
        await using OrchestrationRun free = await orchestrator.StartAsync(PlanAnswerReader.Read(Burn, new PlanLimits()), TestEnd);
        Assert.True((await free.EndAsync()).Succeeded.Any());
    }

    private static void Effects(IAgentOrchestrationBuilder builder) => builder
        .AddTaskType("look", "Looks.", (None _, TaskContext _, CancellationToken _) => new ValueTask<None>(), options => options.Effect = TaskEffect.Read)
        .AddTaskType("write", "Writes.", (None _, TaskContext _, CancellationToken _) => new ValueTask<None>(), options => options.Effect = TaskEffect.Write)
        .AddTaskType("burn", "Burns.", (None _, TaskContext _, CancellationToken _) => new ValueTask<None>(), options => options.Effect = TaskEffect.Irreversible);

    private static IEnumerable<Subtask> All(TaskPlan plan) => plan.Subtasks.SelectMany(subtask => subtask.Plan is { } nested ? All(nested).Prepend(subtask) : [subtask]);
}
