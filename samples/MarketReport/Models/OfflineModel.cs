using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace MarketReport.Models;

/// <summary>
/// Stands where a model would: plans and writes by rules, from nothing but the prompt it gets. It is no model, and the report says so.
/// </summary>
internal sealed class OfflineModel : IChatClient
{
    private const string PlanSchema = "task_plan";

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ChatMessage[] prompt = [.. messages];
        string request = prompt.First(message => message.Role == ChatRole.User).Text;
        string answer = options?.ResponseFormat is ChatResponseFormatJson { SchemaName: PlanSchema }
            ? OfflinePlanner.Plan(prompt[0].Text)
            : OfflineWriter.Write(JsonSerializer.Deserialize<WritingRequest>(request, JsonSerializerOptions.Web)
                ?? throw new InvalidOperationException("The prompt holds no request to write."));
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer)) { ModelId = ModelChoice.OfflineName });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
