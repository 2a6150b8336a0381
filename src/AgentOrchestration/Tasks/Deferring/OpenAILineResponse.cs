namespace AgentOrchestration.Tasks.Deferring;

/// <summary>The answer to one request, as it would be by itself.</summary>
internal sealed record OpenAILineResponse
{
    public int? StatusCode { get; init; }

    public System.Text.Json.JsonElement Body { get; init; }
}
