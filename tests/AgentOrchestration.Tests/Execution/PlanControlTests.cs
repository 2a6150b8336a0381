using System.Text.Json;
using AgentOrchestration.Plans;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>Plans with all that decides how they run: as JSON, and when it is used wrongly.</summary>
public sealed class PlanControlTests
{
    [Fact]
    public async Task A_plan_with_everything_survives_its_JSON_and_still_runs()
    {
        await using Engine engine = Create();
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            plan.Goal = "Everything.";
            SubtaskRef list = plan.Add("list", "list", options: new()
            {
                Policy = new SubtaskPolicy
                {
                    MaxAttempts = 3,
                    Timeout = TimeSpan.FromSeconds(1.5),
                    TotalTimeout = TimeSpan.FromMinutes(10),
                    IdleTimeout = TimeSpan.FromSeconds(30),
                    RequiresApproval = false,
                },
            });
            SubtaskRef each = plan.ForEach(
                "each", list.Output(), "double", input: new ItemReference(""), options: new() { EstimatedDuration = TimeSpan.FromMinutes(2), Resources = ResourceRequirements.Of("licence", 1) });
            SubtaskRef nested = plan.AddPlan("plan", TaskPlan.Create(inner => inner.Add("inner", "list")), options: new() { Name = "A plan", Description = "Of its own." });
            plan.Add(
                "last",
                "double",
                input: each.Output("/0"),
                after: [list],
                options: new() { Optional = [nested], When = new SubtaskCondition(list.Output("/1"), ConditionOperator.GreaterThan) { Value = JsonElement.Parse("1") } });
        });

        string json = JsonSerializer.Serialize(plan);
        TaskPlan read = JsonSerializer.Deserialize<TaskPlan>(json)!;

        Assert.Equal(json, JsonSerializer.Serialize(read));
        Assert.Equal(plan.Subtasks[0].Policy, read.Subtasks[0].Policy);
        Assert.Equal(plan.Subtasks[1].ForEach, read.Subtasks[1].ForEach);
        Assert.Equal((plan.Subtasks[1].EstimatedDuration, plan.Subtasks[1].Resources), (read.Subtasks[1].EstimatedDuration, read.Subtasks[1].Resources));
        Assert.Equal("inner", read.Subtasks[2].Plan!.Subtasks[0].Id);
        Assert.Equal((plan.Subtasks[3].Condition!.Output, plan.Subtasks[3].Condition!.Operator), (read.Subtasks[3].Condition!.Output, read.Subtasks[3].Condition!.Operator));
        Assert.Equal(["plan"], read.Subtasks[3].OptionalDependsOn);
        await using OrchestrationRun run = await engine.Orchestrator.StartAsync(read, TestContext.Current.CancellationToken);
        Assert.Equal(4, (await run.WaitAsync(TestContext.Current.CancellationToken)).GetOutput<int>("last"));
    }

    [Theory]
    [InlineData("""{"id": "a", "type": "double", "arguments": 1, "forEach": "list"}""", PlanDiagnosticCode.ReferenceToNoDependency, "/subtasks/1/forEach")]
    [InlineData("""{"id": "a", "type": "double", "dependsOn": ["number"], "forEach": "number"}""", PlanDiagnosticCode.InvalidControl, "/subtasks/1/forEach")]
    [InlineData("""{"id": "a", "type": "double", "dependsOn": ["list"], "forEach": "list/rows"}""", PlanDiagnosticCode.InvalidControl, "/subtasks/1/forEach")]
    [InlineData("""{"id": "a", "type": "list", "when": {"output": "list", "is": "exists"}}""", PlanDiagnosticCode.ReferenceToNoDependency, "/subtasks/1/when")]
    [InlineData("""{"id": "a", "type": "double", "arguments": {"$item": ""}}""", PlanDiagnosticCode.InvalidArguments, "/subtasks/1/arguments")]
    [InlineData("""{"id": "a", "type": "double", "dependsOn": ["list"], "forEach": "list", "arguments": {"$item": "name"}}""", PlanDiagnosticCode.InvalidControl, "/subtasks/1/arguments")]
    [InlineData("""{"id": "a", "type": "double", "optionalDependsOn": ["number"], "arguments": {"$output": "number"}}""", PlanDiagnosticCode.ReferenceTypeMismatch, "/subtasks/1/arguments")]
    [InlineData("""{"id": "a", "type": "list", "optionalDependsOn": ["nobody"]}""", PlanDiagnosticCode.UnknownDependency, "/subtasks/1/optionalDependsOn/0")]
    [InlineData("""{"id": "a", "type": "list", "optionalDependsOn": ["a"]}""", PlanDiagnosticCode.SelfDependency, "/subtasks/1/optionalDependsOn/0")]
    [InlineData("""{"id": "a", "type": "list", "plan": {"subtasks": [{"id": "b", "type": "list"}]}}""", PlanDiagnosticCode.InvalidControl, "/subtasks/1/plan")]
    [InlineData("""{"id": "a", "type": "$plan"}""", PlanDiagnosticCode.UnknownTaskType, "/subtasks/1/type")]
    [InlineData("""{"id": "a", "type": "$plan", "plan": {"subtasks": []}}""", PlanDiagnosticCode.Empty, "/subtasks/1/plan/subtasks")]
    [InlineData("""{"id": "a", "type": "$plan", "policy": {"maxAttempts": 3}, "plan": {"subtasks": [{"id": "b", "type": "list"}]}}""", PlanDiagnosticCode.InvalidControl, "/subtasks/1/plan")]
    [InlineData("""{"id": "a", "type": "list", "policy": {"maxAttempts": 0}}""", PlanDiagnosticCode.InvalidPolicy, "/subtasks/1/policy")]
    [InlineData("""{"id": "a", "type": "list", "policy": {"timeoutSeconds": -1}}""", PlanDiagnosticCode.InvalidPolicy, "/subtasks/1/policy")]
    [InlineData("""{"id": "a", "type": "list", "policy": {"idleTimeoutSeconds": 1e8}}""", PlanDiagnosticCode.InvalidPolicy, "/subtasks/1/policy")]
    public async Task Wrong_uses_are_diagnosed_at_their_place(string subtask, PlanDiagnosticCode code, string path)
    {
        await using Engine engine = Create();
        string other = subtask.Contains("number", StringComparison.Ordinal) ? """{"id": "number", "type": "number"}""" : """{"id": "list", "type": "list"}""";

        PlanDiagnostic diagnostic = Assert.Single(engine.Orchestrator.Check(JsonSerializer.Deserialize<TaskPlan>($$"""{"subtasks": [{{other}}, {{subtask}}]}""")!));

        Assert.Equal((code, path), (diagnostic.Code, diagnostic.Path));
    }

    [Fact]
    public async Task An_operator_that_does_not_exist_is_refused_in_JSON_and_in_code()
    {
        await using Engine engine = Create();

        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TaskPlan>(
            """{"subtasks": [{"id": "a", "type": "list", "when": {"output": "b", "is": "matches", "value": ".*"}}]}"""));
        PlanDiagnostic diagnostic = Assert.Single(engine.Orchestrator.Check(TaskPlan.Create(plan =>
            plan.Add("a", "list", options: new() { When = new SubtaskCondition(plan.Add("b", "list").Output(), (ConditionOperator)42) }))));
        Assert.Equal(PlanDiagnosticCode.InvalidControl, diagnostic.Code);
    }

    private static Engine Create() => new(builder => builder
        .AddResource("licence", 1)
        .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<int[]>([1, 2, 3]))
        .AddTaskType("number", "Returns one.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
        .AddTaskType("double", "Doubles.", (int number, TaskContext _, CancellationToken _) => ValueTask.FromResult(number * 2)));
}
