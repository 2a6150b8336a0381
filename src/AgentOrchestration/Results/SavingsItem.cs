namespace AgentOrchestration.Results;

/// <summary>Describes the work of one reason: how many subtasks, and what they did not use, or used beside what was needed.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Subtasks">The number of subtasks; one that is resumed twice counts twice.</param>
/// <param name="Usage">What the attempts used that made their outputs, at the prices of now, with the estimated part; of extra work what was spent on it.</param>
public sealed record SavingsItem(SavingsReason Reason, int Subtasks, UsageTotal Usage)
{
    /// <summary>Gets the number of subtasks of whose work nothing is recorded, so that the mean of their task type in this run stands for it.</summary>
    /// <value>They are among <see cref="Subtasks"/>. The default value is 0.</value>
    public int EstimatedSubtasks { get; init; }

    /// <summary>Gets the part of the usage that is estimated.</summary>
    /// <value>It is part of <see cref="Usage"/>. The default value is empty.</value>
    public UsageTotal Estimated { get; init; } = new();

    /// <summary>Gets the number of subtasks of whose work nothing is known: they are not in the usage.</summary>
    /// <value>They are among <see cref="Subtasks"/>. The default value is 0.</value>
    public int UnknownSubtasks { get; init; }
}
