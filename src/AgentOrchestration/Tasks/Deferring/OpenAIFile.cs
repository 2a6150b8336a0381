namespace AgentOrchestration.Tasks.Deferring;

/// <summary>A file that the endpoint has received.</summary>
internal sealed record OpenAIFile
{
    public string? Id { get; init; }
}
