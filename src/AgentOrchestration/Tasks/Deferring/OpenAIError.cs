namespace AgentOrchestration.Tasks.Deferring;

/// <summary>A reason.</summary>
internal sealed record OpenAIError
{
    public string? Code { get; init; }

    public string? Message { get; init; }
}
