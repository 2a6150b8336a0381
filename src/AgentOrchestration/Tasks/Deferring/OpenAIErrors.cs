namespace AgentOrchestration.Tasks.Deferring;

/// <summary>The reasons why a batch was refused.</summary>
internal sealed record OpenAIErrors
{
    public OpenAIError[]? Data { get; init; }
}
