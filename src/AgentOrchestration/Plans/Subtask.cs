using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration;

/// <summary>One step of a plan. Data, never code.</summary>
[JsonConverter(typeof(SubtaskJsonConverter))]
public sealed record Subtask
{
    /// <summary>What stands for the task type where a subtask is a plan of its own.</summary>
    public const string NestedPlan = "$plan";

    /// <summary>
    /// Names the subtask within its plan: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>, compared ordinally. A subtask that a run has added has the
    /// id of the one that added it and a slash in front.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The registered task type that does the work; <see cref="NestedPlan"/> when <see cref="Plan"/> is set.</summary>
    public required string TaskType { get; init; }

    /// <summary>A short name for people. Default: the id.</summary>
    public string Name { get => field ?? Id; init; }

    /// <summary>What the subtask is for, for people. Default: none.</summary>
    public string? Description { get; init; }

    /// <summary>The ids of the subtasks that must succeed before this one starts. Default: none.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>
    /// The ids of the subtasks that must have ended before this one starts, however they ended. A reference to the output of one that did
    /// not succeed stands for null. Default: none.
    /// </summary>
    public IReadOnlyList<string> OptionalDependsOn { get; init; } = [];

    /// <summary>
    /// The task type's input as JSON. Anywhere in it, an object <c>{"$output": "id"}</c> stands for the output of the dependency
    /// <c>id</c>, and <c>{"$output": "id/rows/0"}</c> for a part of it, named by a JSON pointer (RFC 6901). A slash within an id is written
    /// <c>~1</c> there, as in the pointer. With <see cref="ForEach"/> or <see cref="Items"/>, <c>{"$item": ""}</c> stands for the item and <c>{"$item": "/name"}</c> for a part of it.
    /// Default: no input; with <see cref="ForEach"/> or <see cref="Items"/> the item.
    /// </summary>
    public JsonElement? Arguments { get; init; }

    /// <summary>When it does not hold, the subtask is skipped, and so is what needs it. Default: none.</summary>
    public SubtaskCondition? Condition { get; init; }

    /// <summary>
    /// A list in the output of a dependency: the subtask's work is done once for each item, in parallel, and its output is the list of
    /// their outputs in the same order, or what <see cref="OnItemFailure"/> says. Default: none, the work is done once.
    /// </summary>
    public SubtaskOutput? ForEach { get; init; }

    /// <summary>Gets a list that is given in the plan, instead of one in an output: a JSON array, in which references to outputs may be.</summary>
    /// <value>The default value is <see langword="null"/>: the work is done once, or for each item of <see cref="ForEach"/>.</value>
    public JsonElement? Items { get; init; }

    /// <summary>Gets what failed items mean, where the work is done for each item of a list.</summary>
    /// <value>The default value is <see cref="ItemFailurePolicy.Fail"/>.</value>
    public ItemFailurePolicy OnItemFailure { get; init; }

    /// <summary>
    /// Gets whether this subtask waits, beside its dependencies, for everything that they add to the run, and for what that adds. What it waits for so
    /// must succeed as the dependency must; where the dependency is optional, it must only have ended.
    /// </summary>
    /// <value>
    /// The default value is <see langword="null"/>: it waits when it, or a subtask of its plan, changes something outside
    /// (<see cref="TaskEffect.Write"/>, <see cref="TaskEffect.Irreversible"/>).
    /// </value>
    public bool? WaitsForAdded { get; init; }

    /// <summary>
    /// A plan that is this subtask's work. Its output is an object with the output of each of the plan's last subtasks, those that no
    /// other depends on, under its id. Default: none.
    /// </summary>
    public TaskPlan? Plan { get; init; }

    /// <summary>What holds for this subtask instead of what its task type says. Default: nothing.</summary>
    public SubtaskPolicy? Policy { get; init; }

    /// <summary>How long one attempt is expected to take. Orders the work; limits nothing. Default: unknown.</summary>
    public TimeSpan? EstimatedDuration { get; init; }

    /// <summary>
    /// What the subtask needs to hold beside what its task type always needs; of each resource the larger amount counts.
    /// Default: nothing.
    /// </summary>
    public ResourceRequirements Resources { get; init; } = ResourceRequirements.None;

    /// <summary>Whether its work is done by subtasks that the run adds when it is ready.</summary>
    internal bool IsComposite => IsForEach || Plan is not null;

    /// <summary>Whether its work is done for each item of a list.</summary>
    internal bool IsForEach => ForEach is not null || Items is not null;
}
