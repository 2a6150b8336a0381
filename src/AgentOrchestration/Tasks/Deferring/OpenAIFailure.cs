namespace AgentOrchestration.Tasks.Deferring;

/// <summary>The body of an answer that is a refusal.</summary>
internal sealed record OpenAIFailure
{
    public OpenAIError? Error { get; init; }
}
