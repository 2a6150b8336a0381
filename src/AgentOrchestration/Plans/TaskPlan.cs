using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans;

/// <summary>
/// An ordered list of subtasks that together reach a goal. Data: made by a decomposer or by hand, checked before it runs.
/// </summary>
[JsonConverter(typeof(TaskPlanJsonConverter))]
public sealed record TaskPlan
{
    /// <summary>What the plan is for, in words. Default: empty.</summary>
    public string Goal { get; init; } = "";

    /// <summary>The subtasks; their order decides nothing but ties.</summary>
    public required IReadOnlyList<Subtask> Subtasks { get; init; }

    /// <summary>
    /// What was mended in it when it was planned, in the order in which it was done. Not part of the plan's JSON. Default: nothing; a plan
    /// that did not come from a decomposer is never mended.
    /// </summary>
    public IReadOnlyList<PlanRepair> Repairs { get; init; } = [];

    /// <summary>Makes a plan by hand. It goes through the same checks as a model's when it is started.</summary>
    /// <param name="build">Adds the subtasks.</param>
    /// <param name="serializerOptions">
    /// Writes typed inputs as JSON. Default: web naming, enums as strings. Use the orchestration's own when it has others.
    /// </param>
    public static TaskPlan Create(Action<TaskPlanBuilder> build, JsonSerializerOptions? serializerOptions = null)
    {
        ArgumentNullException.ThrowIfNull(build);
        var builder = new TaskPlanBuilder(serializerOptions ?? PayloadSerializer.DefaultOptions);
        build(builder);
        return builder.Build();
    }
}
