using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Plans;

/// <summary>Collects the subtasks of a plan made by hand. Not thread-safe.</summary>
public sealed class TaskPlanBuilder
{
    private readonly List<Subtask> _subtasks = [];

    internal TaskPlanBuilder(JsonSerializerOptions serializerOptions) => SerializerOptions = serializerOptions;

    /// <summary>What the plan is for, in words. Default: empty.</summary>
    public string Goal { get; set; } = "";

    internal JsonSerializerOptions SerializerOptions { get; }

    /// <summary>Adds a subtask.</summary>
    /// <param name="id">Its id: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="taskType">The registered task type that does the work.</param>
    /// <param name="input">
    /// Its input as JSON, or the output of another subtask (<see cref="SubtaskRef.Output"/>), or JSON that holds such references;
    /// each reference is a dependency. Default: no input.
    /// </param>
    /// <param name="after">Subtasks that must succeed before this one starts, though it uses none of their output. Default: none.</param>
    /// <param name="name">A short name for people. Default: the id.</param>
    /// <param name="description">What it is for. Default: none.</param>
    /// <param name="estimatedDuration">How long one attempt is expected to take. Default: unknown.</param>
    /// <param name="resources">What it needs to hold beside what its task type always needs. Default: nothing.</param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    public SubtaskRef Add(
        string id,
        string taskType,
        JsonNode? input = null,
        IEnumerable<SubtaskRef>? after = null,
        string? name = null,
        string? description = null,
        TimeSpan? estimatedDuration = null,
        ResourceRequirements? resources = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(taskType);

        JsonElement? arguments = input is null ? null : JsonSerializer.SerializeToElement(input, PlanJsonContext.Default.JsonNode);
        List<string> dependencies = [.. (after ?? []).Select(subtask => subtask.Id)];
        if (arguments is { } element)
        {
            dependencies.AddRange(OutputReferences.In(element).Select(reference => reference.Output.SubtaskId));
        }

        _subtasks.Add(new Subtask
        {
            Id = id,
            TaskType = taskType,
            Name = name!,
            Description = description,
            DependsOn = dependencies.Count == 0 ? [] : [.. dependencies.Distinct(StringComparer.Ordinal)],
            Arguments = arguments,
            EstimatedDuration = estimatedDuration,
            Resources = resources ?? ResourceRequirements.None,
        });
        return new SubtaskRef(id);
    }

    internal void AddRange(IEnumerable<Subtask> subtasks) => _subtasks.AddRange(subtasks);

    internal TaskPlan Build() => new() { Goal = Goal, Subtasks = [.. _subtasks] };
}
