using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Tour;

/// <summary>
/// Stands where an application has its model, so that the tour needs no key: it knows one plan, one summary and one report. Not a model.
/// </summary>
internal sealed class OfflineModel : IChatClient
{
    private const string Plan = """
        {"subtasks": [
          {"id": "sales", "type": "data_processing", "arguments": {"path": "sales.csv"}, "estimatedMinutes": 0.1},
          {"id": "summary", "type": "summarize", "dependsOn": ["sales"], "arguments": {"$output": "sales"}, "estimatedMinutes": 0.5}
        ]}
        """;

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        string answer = (options?.ResponseFormat as ChatResponseFormatJson)?.SchemaName switch
        {
            "task_plan" => Plan,
            null => "Toasters sell best in the south, kettles in the north.",
            _ => """{"title": "Sales by region", "summary": "Toasters sell best in the south, kettles in the north."}""",
        };
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer)));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
