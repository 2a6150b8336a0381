using AgentOrchestration.Plans;

namespace AgentOrchestration;

/// <summary>
/// Everything that can be decided about a subtask of a plan made in code, beside its id, its work, its input and what it comes after. Immutable: one
/// object may serve many subtasks, and a <c>with</c> expression changes a copy.
/// </summary>
/// <example>
/// <code>
/// plan.Add("report", "write_report", sales.Output(), after: [audit], options: new()
/// {
///     Name = "Quarterly report",
///     Optional = [forecast],
///     EstimatedDuration = TimeSpan.FromMinutes(2),
/// });
/// </code>
/// </example>
public sealed record SubtaskOptions
{
    /// <summary>The options of a subtask for which nothing is decided.</summary>
    internal static SubtaskOptions Default { get; } = new();

    /// <summary>Gets a short name for people.</summary>
    /// <value>The default value is <see langword="null"/>: the id.</value>
    public string? Name { get; init; }

    /// <summary>Gets the purpose of the subtask, for people.</summary>
    /// <value>The default value is <see langword="null"/>: none.</value>
    public string? Description { get; init; }

    /// <summary>
    /// Gets the subtasks that must have ended before this one starts, whether or not they succeeded. A reference to the output of one that did not
    /// succeed becomes null.
    /// </summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyList<SubtaskRef> Optional { get; init; } = [];

    /// <summary>Gets the condition without which the subtask is skipped. The subtask whose output it reads becomes a dependency.</summary>
    /// <value>The default value is <see langword="null"/>: the subtask is not skipped.</value>
    public SubtaskCondition? When { get; init; }

    /// <summary>Gets the limits of this subtask that replace those of its task type; for a list, of the work on one item.</summary>
    /// <value>The default value is <see langword="null"/>: those of the task type.</value>
    public SubtaskPolicy? Policy { get; init; }

    /// <summary>
    /// Gets the value that takes the place of the output when the work fails for good: after the last attempt, or when its input cannot be made. The subtask
    /// then succeeds with the origin <c>OutputOrigin.Fallback</c>, its error stays in the result, and what depends on it runs. A rejected approval, a
    /// cancellation, a budget and a time limit of the run take no fallback. For a list, of the work on one item.
    /// </summary>
    /// <value>A value of the output type. The default value is <see langword="null"/>: the fallback of the task type, if it has one.</value>
    public FallbackValue? Fallback { get; init; }

    /// <summary>Gets the resources that an attempt holds beside those that its task type always needs; for a list, the work on one item.</summary>
    /// <value>The default value is <see langword="null"/>: none.</value>
    public ResourceRequirements? Resources { get; init; }

    /// <summary>Gets the expected duration of one attempt; for a list, of the work on one item. It orders the work and limits nothing.</summary>
    /// <value>From zero to 366 days. The default value is <see langword="null"/>: unknown.</value>
    public TimeSpan? EstimatedDuration { get; init; }

    /// <summary>Gets a value that indicates whether the subtask waits for everything that its dependencies add to the run.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: it waits when it, or a subtask of its plan, changes something outside. See <see cref="Subtask.WaitsForAdded"/>.
    /// </value>
    public bool? WaitsForAdded { get; init; }

    /// <summary>Gets what failed items mean for a subtask that works through a list.</summary>
    /// <value>The default value is <see cref="ItemFailurePolicy.Fail"/>, the only one for a subtask without a list.</value>
    public ItemFailurePolicy OnItemFailure { get; init; }
}
