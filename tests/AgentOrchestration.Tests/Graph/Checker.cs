using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Graph;

/// <summary>The plan check with a few task types and pools of cpu and gpu.</summary>
internal static class Checker
{
    public const long Cpu = 4000;

    public const long Gpu = 2;

    public static PayloadSerializer Serializer { get; } = new(PayloadSerializer.DefaultOptions);

    public static ResourcePools Pools { get; } = new([new("cpu", Cpu), new("gpu", Gpu)]);

    public static TaskTypeRegistry TaskTypes { get; } = new(
        [
            Describe<None, None>("nothing"),
            Describe<None, Point>("make"),
            Describe<Point, Point>("move"),
            Describe<Numbers, int>("total"),
            Describe<Label, string>("label"),
            Describe<JsonElement, JsonElement>("any"),
            Describe<Picky, None>("picky"),
            Describe<None, None>("render", options => options.Resources = ResourceRequirements.Of("gpu", 1)),
            Describe<Shape, None>("draw"),
            Describe<None, Family>("family"),
            Describe<Relatives, None>("relatives"),
        ],
        Serializer);

    private static PlanChecker Plans { get; } = new(TaskTypes, Pools, Serializer);

    public static TaskGraph? Check(TaskPlan plan, out IReadOnlyList<PlanDiagnostic> diagnostics) => Plans.Check(plan, out diagnostics);

    public static TaskGraph Accept(TaskPlan plan)
    {
        TaskGraph? graph = Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics);
        Assert.Empty(diagnostics);
        return Assert.IsType<TaskGraph>(graph);
    }

    public static TaskGraph Accept(Action<TaskPlanBuilder> build) => Accept(TaskPlan.Create(build));

    public static IReadOnlyList<PlanDiagnostic> Refuse(TaskPlan plan)
    {
        Assert.Null(Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics));
        Assert.NotEmpty(diagnostics);
        return diagnostics;
    }

    public static IReadOnlyList<PlanDiagnostic> Refuse(Action<TaskPlanBuilder> build) => Refuse(TaskPlan.Create(build));

    public static TaskDescriptor Describe<TInput, TOutput>(string name, Action<TaskTypeOptions>? configure = null) =>
        TaskDescriptor.For(name, $"Does {name}.", (TInput _, TaskContext _, CancellationToken _) => new ValueTask<TOutput>(), configure);
}
