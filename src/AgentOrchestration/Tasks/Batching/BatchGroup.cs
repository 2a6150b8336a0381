namespace AgentOrchestration.Tasks.Batching;

/// <summary>Subtasks that may be in one batch, if they need the same resources: those of one task type and one key.</summary>
internal sealed record BatchGroup(TaskDescriptor TaskType, string? Key)
{
    public BatchOptions Options => TaskType.Options.Batch;
}
