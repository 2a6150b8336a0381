namespace AgentOrchestration.Tasks.Deferring;

/// <summary>A batch, as the endpoint describes it; what it leaves out is null.</summary>
internal sealed record OpenAIBatch
{
    public string? Id { get; init; }

    public string? Status { get; init; }

    public string? OutputFileId { get; init; }

    public string? ErrorFileId { get; init; }

    public OpenAIErrors? Errors { get; init; }
}
