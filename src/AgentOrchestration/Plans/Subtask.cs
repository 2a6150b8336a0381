using System.Text.Json;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Plans;

/// <summary>One step of a plan. Data, never code.</summary>
public sealed record Subtask
{
    /// <summary>Names the subtask within its plan: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>, compared ordinally.</summary>
    public required string Id { get; init; }

    /// <summary>The registered task type that does the work.</summary>
    public required string TaskType { get; init; }

    /// <summary>A short name for people. Default: the id.</summary>
    public string Name { get => field ?? Id; init; }

    /// <summary>What the subtask is for, for people. Default: none.</summary>
    public string? Description { get; init; }

    /// <summary>The ids of the subtasks that must succeed before this one starts. Default: none.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>
    /// The task type's input as JSON. Anywhere in it, an object <c>{"$output": "id"}</c> stands for the output of the dependency
    /// <c>id</c>, and <c>{"$output": "id/rows/0"}</c> for a part of it, named by a JSON pointer (RFC 6901). Default: no input.
    /// </summary>
    public JsonElement? Arguments { get; init; }

    /// <summary>How long one attempt is expected to take. Orders the work; limits nothing. Default: unknown.</summary>
    public TimeSpan? EstimatedDuration { get; init; }

    /// <summary>
    /// What the subtask needs to hold beside what its task type always needs; of each resource the larger amount counts.
    /// Default: nothing.
    /// </summary>
    public ResourceRequirements Resources { get; init; } = ResourceRequirements.None;
}
