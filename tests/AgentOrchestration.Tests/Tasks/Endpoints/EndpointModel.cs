using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Tasks.Endpoints;

/// <summary>A model whose every call waits until the test answers it. A streamed answer has two pieces.</summary>
internal sealed class EndpointModel : IChatClient
{
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();

    public static HttpRequestException Busy(int status = 429) => new($"HTTP {status}", null, (HttpStatusCode)status);

    public async Task<Call> NextAsync() => await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().InTimeAsync();

    public bool TryNext([NotNullWhen(true)] out Call? call) => _calls.Reader.TryRead(out call);

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var call = new Call(messages.Last().Text);
        _calls.Writer.TryWrite(call);
        return await call.Answer.Task.WaitAsync(cancellationToken);
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatResponse whole = await GetResponseAsync(messages, options, cancellationToken);
        yield return new ChatResponseUpdate(ChatRole.Assistant, whole.Text);
        if (whole.AdditionalProperties?["then"] is Exception failure)
        {
            throw failure;
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(whole.Usage ?? new UsageDetails())]);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    internal sealed class Call(string prompt)
    {
        public string Prompt => prompt;

        public TaskCompletionSource<ChatResponse> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Succeed(long? input = null, long? output = null, Exception? then = null) => Answer.SetResult(
            new ChatResponse(new ChatMessage(ChatRole.Assistant, $"re: {prompt}"))
            {
                Usage = new UsageDetails { InputTokenCount = input, OutputTokenCount = output },
                AdditionalProperties = then is null ? null : new() { ["then"] = then },
            });

        public void Fail(Exception exception) => Answer.SetException(exception);
    }
}
