using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Testing;

/// <summary>
/// A model that says what a test has told it to say: one answer after another, at its own pace, on any clock. A word with the white space
/// before it counts as a token, a long word as several where <see cref="LongestToken"/> says so. Safe for concurrent use; concurrent requests get answers in the order in which they come.
/// </summary>
/// <param name="timeProvider">The clock on which it takes its time. Default: the system's.</param>
public sealed partial class ScriptedChatClient(TimeProvider? timeProvider = null) : IChatClient
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly Queue<Func<ScriptedChatRequest, ScriptedAnswer>> _script = new();
    private readonly List<ScriptedChatRequest> _requests = [];
    private Func<ScriptedChatRequest, ScriptedAnswer>? _otherwise;

    /// <summary>How long it is until the first token. Default: nothing.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>How many tokens it writes in a second, greater than zero. Default: no limit, it takes no time.</summary>
    public double TokensPerSecond { get; init; } = double.PositiveInfinity;

    /// <summary>How many characters a token has at most, beside the white space before it, from 1. Default: no limit, a word is one.</summary>
    public int LongestToken { get; init; } = int.MaxValue;

    /// <summary>The requests so far, in order.</summary>
    public IReadOnlyList<ScriptedChatRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>The next request is answered.</summary>
    /// <param name="text">The answer.</param>
    public ScriptedChatClient Answer(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Add(_ => new ScriptedAnswer(text));
    }

    /// <summary>The next request is answered by what it asks.</summary>
    /// <param name="answer">Makes the answer.</param>
    public ScriptedChatClient Answer(Func<ScriptedChatRequest, string> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Add(request => new ScriptedAnswer(answer(request)));
    }

    /// <summary>The next request fails.</summary>
    /// <param name="failure">With what.</param>
    /// <param name="after">The text that is streamed before. Default: none.</param>
    public ScriptedChatClient Fail(Exception failure, string after = "")
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentNullException.ThrowIfNull(after);
        return Add(_ => new ScriptedAnswer(after, failure));
    }

    /// <summary>Every request for which nothing else is left is answered by what it asks.</summary>
    /// <param name="answer">Makes the answer.</param>
    public ScriptedChatClient Otherwise(Func<ScriptedChatRequest, string> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        lock (_gate)
        {
            _otherwise = request => new ScriptedAnswer(answer(request));
        }

        return this;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Nothing is left to say.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ScriptedAnswer answer = Next(messages, options, isStreaming: false, out long inputTokens);
        int tokens = TokensOf(answer.Text).Count();
        await PauseAsync(Latency + TimeOf(tokens), cancellationToken).ConfigureAwait(false);
        return answer.Failure is null
            ? new ChatResponse(new ChatMessage(ChatRole.Assistant, answer.Text))
            {
                CreatedAt = _timeProvider.GetUtcNow(),
                FinishReason = ChatFinishReason.Stop,
                Usage = UsageOf(inputTokens, tokens),
            }
            : throw answer.Failure;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Nothing is left to say.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ScriptedAnswer answer = Next(messages, options, isStreaming: true, out long inputTokens);
        await PauseAsync(Latency, cancellationToken).ConfigureAwait(false);
        int tokens = 0;
        foreach (string token in TokensOf(answer.Text))
        {
            await PauseAsync(TimeOf(++tokens) - TimeOf(tokens - 1), cancellationToken).ConfigureAwait(false);
            yield return new ChatResponseUpdate(ChatRole.Assistant, token) { CreatedAt = _timeProvider.GetUtcNow() };
        }

        if (answer.Failure is not null)
        {
            throw answer.Failure;
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(UsageOf(inputTokens, tokens))]) { FinishReason = ChatFinishReason.Stop };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>The tokens in which a text is written, in order.</summary>
    /// <param name="text">The text.</param>
    public IEnumerable<string> TokensOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (Match word in Word().Matches(text))
        {
            int blank = word.Value.TakeWhile(char.IsWhiteSpace).Count();
            for (int start = 0; start < word.Length;)
            {
                int length = (start == 0 ? blank : 0) + LongestToken;
                int end = length >= word.Length - start || length < 0 ? word.Length : start + length;
                yield return word.Value[start..end];
                start = end;
            }
        }
    }

    [GeneratedRegex(@"\s*\S+|\s+$")]
    private static partial Regex Word();

    private static UsageDetails UsageOf(long input, long output) =>
        new() { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output };

    private ScriptedChatClient Add(Func<ScriptedChatRequest, ScriptedAnswer> answer)
    {
        lock (_gate)
        {
            _script.Enqueue(answer);
        }

        return this;
    }

    private ScriptedAnswer Next(IEnumerable<ChatMessage> messages, ChatOptions? options, bool isStreaming, out long inputTokens)
    {
        var request = new ScriptedChatRequest([.. messages], options, isStreaming);
        inputTokens = request.Messages.Sum(message => (long)TokensOf(message.Text).Count());
        Func<ScriptedChatRequest, ScriptedAnswer>? answer;
        int number;
        lock (_gate)
        {
            _requests.Add(request);
            number = _requests.Count;
            answer = _script.TryDequeue(out Func<ScriptedChatRequest, ScriptedAnswer>? next) ? next : _otherwise;
        }

        return answer?.Invoke(request)
            ?? throw new InvalidOperationException($"The script has no answer to request {number}: \"{request.Text}\". Add one with Answer or Otherwise.");
    }

    /// <summary>In whole milliseconds, as timers count: else each token would lose a part of one.</summary>
    private TimeSpan TimeOf(int tokens) => TimeSpan.FromMilliseconds(Math.Ceiling(1000 * tokens / TokensPerSecond));

    private Task PauseAsync(TimeSpan time, CancellationToken cancellationToken) =>
        time > TimeSpan.Zero ? Task.Delay(time, _timeProvider, cancellationToken) : cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;
}
