using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>
/// Makes an answer anew for each attempt that receives it, down to its contents: callers change what they receive, as function invocation marks the calls of functions that it has made.
/// </summary>
internal static class AnswerCopy
{
    private static readonly JsonTypeInfo<ChatResponse> Json = (JsonTypeInfo<ChatResponse>)AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ChatResponse));

    /// <returns>The copy; <see langword="null"/> when the answer holds what JSON cannot say.</returns>
    public static ChatResponse? Of(ChatResponse response)
    {
        try
        {
            ChatResponse? copy = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(response, Json), Json);
            if (copy is not null)
            {
                CopyExceptions(response, copy);
            }

            return copy;
        }
        catch (Exception exception) when (exception is NotSupportedException or JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Arguments of a function that could not be read are an exception, which has no JSON.</summary>
    private static void CopyExceptions(ChatResponse response, ChatResponse copy)
    {
        IEnumerable<FunctionCallContent> calls = response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>();
        IEnumerable<FunctionCallContent> copies = copy.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>();
        foreach ((FunctionCallContent from, FunctionCallContent to) in calls.Zip(copies))
        {
            to.Exception = from.Exception;
        }
    }
}
