using System.Text.Json;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>A page of batches. Others have made most of them, so of each is read only what is needed.</summary>
internal sealed record OpenAIBatchList
{
    public JsonElement Data { get; init; }

    public JsonElement HasMore { get; init; }
}
