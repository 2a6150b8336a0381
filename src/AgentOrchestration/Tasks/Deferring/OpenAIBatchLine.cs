namespace AgentOrchestration.Tasks.Deferring;

/// <summary>A line of a file of answers.</summary>
internal sealed record OpenAIBatchLine
{
    public string? CustomId { get; init; }

    public OpenAILineResponse? Response { get; init; }

    public OpenAIError? Error { get; init; }
}
