namespace AgentOrchestration.Tasks.Deferring;

/// <summary>A page of batches.</summary>
internal sealed record OpenAIBatchList
{
    public OpenAIBatch[]? Data { get; init; }

    public bool? HasMore { get; init; }
}
