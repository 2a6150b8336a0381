namespace AgentOrchestration.Tasks.Deferring;

/// <summary>Asks the endpoint to make a batch of a file.</summary>
internal sealed record OpenAIBatchRequest
{
    public required string InputFileId { get; init; }

    public required string Endpoint { get; init; }

    public required string CompletionWindow { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
}
