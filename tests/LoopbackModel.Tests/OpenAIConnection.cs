using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;

namespace LoopbackModel.Tests;

internal static class OpenAIConnection
{
    public static IChatClient Connect(this LoopbackModelServer server, ClientRetryPolicy? retryPolicy = null)
    {
        var options = new OpenAIClientOptions { Endpoint = server.Endpoint, RetryPolicy = retryPolicy ?? new ClientRetryPolicy(0) };
        return new OpenAIClient(new ApiKeyCredential("x"), options).GetChatClient("m").AsIChatClient();
    }

    public static async Task<string> AskAsync(this IChatClient client, bool streamed, CancellationToken? cancellationToken = null)
    {
        var token = cancellationToken ?? TestContext.Current.CancellationToken;
        var response = streamed
            ? await client.GetStreamingResponseAsync("hi", cancellationToken: token).ToChatResponseAsync(token)
            : await client.GetResponseAsync("hi", cancellationToken: token);
        return response.Text;
    }
}
