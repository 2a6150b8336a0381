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

    /// <summary>Gets the time until the first token.</summary>
    /// <value>The default value is zero.</value>
    public TimeSpan Latency { get; init; }

    /// <summary>Gets the number of tokens written per second.</summary>
    /// <value>Greater than 0. The default value is positive infinity: writing takes no time.</value>
    public double TokensPerSecond { get; init; } = double.PositiveInfinity;

    /// <summary>Gets the maximum number of characters of a token, not counting the white space before it.</summary>
    /// <value>At least 1. The default value is <see cref="int.MaxValue"/>: each word is one token.</value>
    public int LongestToken { get; init; } = int.MaxValue;

    /// <summary>Gets the requests so far, in order.</summary>
    /// <value>A copy; empty before the first request.</value>
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

    /// <summary>Answers the next request with a text.</summary>
    /// <param name="text">The answer.</param>
    /// <returns>This client, for further calls.</returns>
    public ScriptedChatClient Answer(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Add(_ => new ScriptedAnswer(text));
    }

    /// <summary>Answers the next request by its content.</summary>
    /// <param name="answer">Makes the answer.</param>
    /// <returns>This client, for further calls.</returns>
    public ScriptedChatClient Answer(Func<ScriptedChatRequest, string> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Add(request => new ScriptedAnswer(answer(request)));
    }

    /// <summary>Fails the next request.</summary>
    /// <param name="failure">With what.</param>
    /// <param name="after">The text that is streamed before. Default: none.</param>
    /// <returns>This client, for further calls.</returns>
    public ScriptedChatClient Fail(Exception failure, string after = "")
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentNullException.ThrowIfNull(after);
        return Add(_ => new ScriptedAnswer(after, failure));
    }

    /// <summary>Answers by its content every request that no other answer is left for.</summary>
    /// <param name="answer">Makes the answer.</param>
    /// <returns>This client, for further calls.</returns>
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

    /// <summary>Gets the tokens in which a text is written.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The tokens, in order; together they are the text.</returns>
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
