namespace AgentOrchestration.Tasks.Deferring;

/// <summary>Which work has calls that may wait for a batch endpoint: it changes nothing, does not share its calls with others, and has the time.</summary>
internal static class DeferrableWork
{
    /// <param name="taskType">The task type.</param>
    /// <param name="policy">The limits of the subtask.</param>
    /// <param name="within">Within which time its run is to be done.</param>
    /// <returns>The name of the model's endpoint, which may have no batches; <see langword="null"/> when no call may wait.</returns>
    public static string? EndpointOf(TaskDescriptor taskType, AttemptPolicy policy, TimeSpan within) =>
        taskType is { MayShare: true, Options.Endpoint: { } name } && policy.Batch is null && !(policy.TotalTimeout <= within) ? name : null;
}
