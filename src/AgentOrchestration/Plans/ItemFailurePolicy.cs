namespace AgentOrchestration.Plans;

/// <summary>Decides what failed items mean for the subtask that works through a list.</summary>
public readonly record struct ItemFailurePolicy
{
    private ItemFailurePolicy(int maxFailures)
    {
        MaxFailures = maxFailures;
        ListsErrors = true;
    }

    /// <summary>
    /// Gets the policy under which one failed item fails the subtask, after all items have ended. Its error names the failed items with their errors.
    /// Its output is the list of the items' outputs.
    /// </summary>
    /// <value>The default policy.</value>
    public static ItemFailurePolicy Fail => default;

    /// <summary>
    /// Gets the policy under which the subtask succeeds whatever the outcome of its items. Its output has one <see cref="Tasks.ItemResult{TOutput}"/>
    /// for each item: its output or its error.
    /// </summary>
    /// <value>A policy without a limit of failures.</value>
    public static ItemFailurePolicy Continue { get; } = new(int.MaxValue);

    /// <summary>Gets the greatest number of items that may fail without failing the subtask.</summary>
    /// <value>From 0; <see cref="int.MaxValue"/> for any number. The default value is 0.</value>
    public int MaxFailures { get; }

    /// <summary>Gets a value that indicates whether the output has one <see cref="Tasks.ItemResult{TOutput}"/> for each item instead of the items' outputs.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool ListsErrors { get; }

    /// <summary>
    /// Returns the policy under which some items may fail. With more, the subtask fails as under <see cref="Fail"/>. Its output has one
    /// <see cref="Tasks.ItemResult{TOutput}"/> for each item: its output or its error.
    /// </summary>
    /// <param name="failures">The greatest number of items that may fail, from 0.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="failures"/> is negative.</exception>
    public static ItemFailurePolicy AtMost(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(failures);
        return new(failures);
    }

    /// <inheritdoc/>
    public override string ToString() => !ListsErrors ? "fail" : MaxFailures == int.MaxValue ? "continue" : $"at most {MaxFailures}";
}
