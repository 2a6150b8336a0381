using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration;

/// <summary>Represents one step of a plan. It is data, never code.</summary>
/// <example>
/// <code>
/// var plan = new TaskPlan
/// {
///     Goal = "Sales by region",
///     Subtasks =
///     [
///         new Subtask { Id = "sales", TaskType = "read_table", Arguments = JsonSerializer.SerializeToElement(new { path = "sales.csv" }) },
///         new Subtask { Id = "summary", TaskType = "summarize", DependsOn = ["sales"], Arguments = JsonSerializer.Deserialize&lt;JsonElement&gt;("""{"$output": "sales"}""") },
///     ],
/// };
/// </code>
/// </example>
[JsonConverter(typeof(SubtaskJsonConverter))]
public sealed record Subtask
{
    /// <summary>The name of the task type of a subtask that is a plan of its own.</summary>
    public const string NestedPlan = "$plan";

    /// <summary>
    /// Gets the id of the subtask, unique within its plan. A subtask that a run has added has the id of the subtask that added it and a slash in
    /// front.
    /// </summary>
    /// <value>1 to 64 characters of <c>A-Z a-z 0-9 _ -</c>, compared ordinally.</value>
    public required string Id { get; init; }

    /// <summary>Gets the name of the registered task type that does the work.</summary>
    /// <value><see cref="NestedPlan"/> when <see cref="Plan"/> is set.</value>
    public required string TaskType { get; init; }

    /// <summary>Gets a short name for people.</summary>
    /// <value>The default value is the id.</value>
    public string Name { get => field ?? Id; init; }

    /// <summary>Gets the purpose of the subtask, for people.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public string? Description { get; init; }

    /// <summary>Gets the ids of the subtasks that must succeed before this one starts.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>
    /// Gets the ids of the subtasks that must have ended, with any outcome, before this one starts. A reference to the output of one that did not
    /// succeed is replaced with null.
    /// </summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyList<string> OptionalDependsOn { get; init; } = [];

    /// <summary>
    /// Gets the task type's input as JSON. Anywhere in it, an object <c>{"$output": "id"}</c> is replaced with the output of the dependency
    /// <c>id</c>, and <c>{"$output": "id/rows/0"}</c> with a part of it, named by a JSON pointer (RFC 6901). A slash within an id is written
    /// <c>~1</c> there, as in the pointer. With <see cref="ForEach"/> or <see cref="Items"/>, <c>{"$item": ""}</c> is replaced with the item and
    /// <c>{"$item": "/name"}</c> with a part of it.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: no input; with <see cref="ForEach"/> or <see cref="Items"/> the item.</value>
    public JsonElement? Arguments { get; init; }

    /// <summary>Gets the condition of the subtask. When it is not met, the subtask and those that need it are skipped.</summary>
    /// <value>The default value is <see langword="null"/>: no condition.</value>
    public SubtaskCondition? Condition { get; init; }

    /// <summary>
    /// Gets a list in the output of a dependency. The subtask's work is done once for each item, in parallel, and its output is the list of their
    /// outputs in the same order, or what <see cref="OnItemFailure"/> says.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: the work is done once.</value>
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
    /// Gets a plan that is this subtask's work. Its output is an object that holds, by id, the output of each of the plan's last subtasks: those that
    /// no other depends on.
    /// </summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public TaskPlan? Plan { get; init; }

    /// <summary>Gets the policy that replaces that of the task type for this subtask.</summary>
    /// <value>The default value is <see langword="null"/>: the task type's policy applies.</value>
    public SubtaskPolicy? Policy { get; init; }

    /// <summary>Gets the expected duration of one attempt. It orders the work and limits nothing.</summary>
    /// <value>The default value is <see langword="null"/>: unknown.</value>
    public TimeSpan? EstimatedDuration { get; init; }

    /// <summary>Gets the resources that the subtask needs in addition to those of its task type; of each resource the larger amount counts.</summary>
    /// <value>The default value is <see cref="ResourceRequirements.None"/>.</value>
    public ResourceRequirements Resources { get; init; } = ResourceRequirements.None;

    /// <summary>Whether its work is done by subtasks that the run adds when it is ready.</summary>
    internal bool IsComposite => IsForEach || Plan is not null;

    /// <summary>Whether its work is done for each item of a list.</summary>
    internal bool IsForEach => ForEach is not null || Items is not null;
}
