using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Prices;
using AgentOrchestration.Testing.Models;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Testing;

/// <summary>
/// A model's endpoint on any clock: limits of requests and tokens with their headers, rejections with status 429 and 529, a time until the first
/// token that grows with the input, a prompt cache, prices and stragglers. The answer to a prompt is always the same, a hash of it, so that two
/// runs can be compared byte by byte. Four characters are a token. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The headers of a response are in <c>AdditionalProperties["headers"]</c> of the <see cref="ChatResponse"/> or of the first update, and in a
/// <see cref="ModelRejectedException"/>; to have them over HTTP, put the server behind an endpoint that writes them.
/// </remarks>
/// <example>
/// <code>
/// services.AddSingleton(provider => new ScriptedModelServer(new() { RequestsPerMinute = 60 }, provider.GetRequiredService&lt;TimeProvider&gt;()));
/// services.AddChatClient(provider => provider.GetRequiredService&lt;ScriptedModelServer&gt;());
/// </code>
/// </example>
public sealed class ScriptedModelServer : IChatClient
{
    /// <summary>The name of the additional property that holds the headers.</summary>
    public const string HeadersProperty = "headers";

    private const HttpStatusCode OverloadedStatus = (HttpStatusCode)529;
    private readonly Lock _gate = new();
    private readonly ScriptedModelOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly long _madeAt;
    private readonly RateLimits _limits;
    private readonly PromptCache _cache;
    private ScriptedModelTotals _totals = new();

    /// <summary>Makes a server.</summary>
    /// <param name="options">Its limits, times and faults. Default: no limits and no faults.</param>
    /// <param name="timeProvider">The clock on which it takes its time. Default: the system's.</param>
    public ScriptedModelServer(ScriptedModelOptions? options = null, TimeProvider? timeProvider = null)
    {
        _options = options ?? new ScriptedModelOptions();
        _timeProvider = timeProvider ?? TimeProvider.System;
        _madeAt = _timeProvider.GetTimestamp();
        _limits = new RateLimits(_options);
        _cache = new PromptCache(_options.MinCachedTokens, _options.PromptCacheLifetime.TotalSeconds);
        Prices = PriceTable.Of(new Dictionary<string, ModelPrice>(StringComparer.Ordinal) { [_options.Model] = _options.Price });
    }

    /// <summary>Gets the prices, for <c>UsePrices</c>.</summary>
    /// <value>Of the one model.</value>
    public PriceTable Prices { get; }

    /// <summary>Gets what has been asked and answered so far.</summary>
    /// <value>As of this moment.</value>
    public ScriptedModelTotals Totals
    {
        get
        {
            lock (_gate)
            {
                return _totals;
            }
        }
    }

    /// <summary>Multiplies all limits, as a provider may do while work is running.</summary>
    /// <param name="factor">For example 0.5 to halve them.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="factor"/> is not greater than 0.</exception>
    public void ScaleLimits(double factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        lock (_gate)
        {
            _limits.AdvanceTo(Now());
            _limits.Scale(factor);
        }
    }

    /// <summary>Gets the answer to a prompt as if the prompt were asked alone: what it costs and takes is not counted.</summary>
    /// <param name="messages">The prompt.</param>
    /// <returns>The whole answer.</returns>
    public string AnswerOf(IEnumerable<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ulong hash = ModelText.Hash(0, ModelText.PromptOf(messages));
        return TextOf(hash, LengthOf(hash));
    }

    /// <summary>Answers a request of a batch: at once, without limits and at the price of batches.</summary>
    internal ChatResponse AnswerBatched(string prompt, int? maxOutputTokens)
    {
        ulong hash = ModelText.Hash(0, prompt);
        int whole = LengthOf(hash);
        int output = Math.Min(whole, maxOutputTokens ?? whole);
        var reply = new ModelReply(hash, ModelText.TokensOf(prompt), Cached: 0, Written: 0, output, output < whole, TimeSpan.Zero, new Dictionary<string, string>());
        lock (_gate)
        {
            _totals = _totals with { Requests = _totals.Requests + 1 };
            Count(reply, _options.Price.Batched ?? _options.Price);
        }

        return new ChatResponse(new ChatMessage(ChatRole.Assistant, TextOf(hash, output)))
        {
            ModelId = _options.Model,
            CreatedAt = _timeProvider.GetUtcNow(),
            FinishReason = FinishOf(reply),
            Usage = UsageOf(reply),
        };
    }

    /// <inheritdoc/>
    /// <exception cref="ModelRejectedException">The request exceeds a limit, or the server is overloaded.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ModelReply reply = Accept(messages, options);
        await Task.Delay(reply.FirstToken + TimeOf(reply.OutputTokens), _timeProvider, cancellationToken).ConfigureAwait(false);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, TextOf(reply.Hash, reply.OutputTokens)))
        {
            ModelId = _options.Model,
            CreatedAt = _timeProvider.GetUtcNow(),
            FinishReason = FinishOf(reply),
            Usage = UsageOf(reply),
            AdditionalProperties = new() { [HeadersProperty] = reply.Headers },
        };
    }

    /// <inheritdoc/>
    /// <exception cref="ModelRejectedException">The request exceeds a limit, or the server is overloaded.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ModelReply reply = Accept(messages, options);
        await Task.Delay(reply.FirstToken, _timeProvider, cancellationToken).ConfigureAwait(false);
        for (int token = 0; token < reply.OutputTokens; token++)
        {
            if (token > 0)
            {
                await Task.Delay(TimeOf(token + 1) - TimeOf(token), _timeProvider, cancellationToken).ConfigureAwait(false);
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, ModelText.Token(reply.Hash, token))
            {
                ModelId = _options.Model,
                CreatedAt = _timeProvider.GetUtcNow(),
                AdditionalProperties = token == 0 ? new() { [HeadersProperty] = reply.Headers } : null,
            };
        }

        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(UsageOf(reply))]) { ModelId = _options.Model, FinishReason = FinishOf(reply) };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("scripted", providerUri: null, _options.Model)
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static string TextOf(ulong hash, int tokens)
    {
        var text = new StringBuilder(tokens * ModelText.TokenLength);
        for (int token = 0; token < tokens; token++)
        {
            text.Append(ModelText.Token(hash, token));
        }

        return text.ToString();
    }

    private static ChatFinishReason FinishOf(ModelReply reply) => reply.IsCut ? ChatFinishReason.Length : ChatFinishReason.Stop;

    private static UsageDetails UsageOf(ModelReply reply) => new()
    {
        InputTokenCount = reply.InputTokens,
        CachedInputTokenCount = reply.Cached,
        OutputTokenCount = reply.OutputTokens,
        TotalTokenCount = reply.InputTokens + reply.OutputTokens,
        AdditionalCounts = new() { ["CacheCreationInputTokens"] = reply.Written },
    };

    private ModelReply Accept(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        string prompt = ModelText.PromptOf(messages);
        ulong hash = ModelText.Hash(0, prompt);
        int input = ModelText.TokensOf(prompt);
        int whole = LengthOf(hash);
        int output = Math.Min(whole, options?.MaxOutputTokens ?? whole);
        lock (_gate)
        {
            double now = Now();
            _limits.AdvanceTo(now);
            ulong chance = ModelText.Hash((uint)_options.Seed, prompt) ^ ((ulong)_totals.Requests << 32);
            _totals = _totals with { Requests = _totals.Requests + 1 };
            if (ModelText.Share(chance) < _options.OverloadedShare)
            {
                _totals = _totals with { Overloaded = _totals.Overloaded + 1 };
                throw new ModelRejectedException(OverloadedStatus, _limits.Headers(_timeProvider.GetUtcNow(), retryAfter: null), "HTTP 529: the server is overloaded.");
            }

            List<ulong> prefixes = PromptCache.PrefixesOf(prompt);
            int cached = _cache.Find(prefixes, now);
            if (_limits.Take(_options.CachedInputCounts ? input : input - cached, out double wait) is { } exceeded)
            {
                _totals = _totals with { Limited = _totals.Limited + 1 };
                throw new ModelRejectedException(
                    HttpStatusCode.TooManyRequests, _limits.Headers(_timeProvider.GetUtcNow(), wait), $"HTTP 429: the limit of {exceeded} is exceeded.");
            }

            _limits.Write(output);
            TimeSpan first = FirstTokenOf(input - cached, ModelText.Share(chance ^ 1) < _options.StragglerShare);
            int written = _cache.Store(prefixes, cached, now, now + first.TotalSeconds);
            var reply = new ModelReply(hash, input, cached, written, output, output < whole, first, _limits.Headers(_timeProvider.GetUtcNow(), retryAfter: null));
            Count(reply, _options.Price);
            return reply;
        }
    }

    private void Count(ModelReply reply, ModelPrice price) => _totals = _totals with
    {
        InputTokens = _totals.InputTokens + reply.InputTokens,
        CachedInputTokens = _totals.CachedInputTokens + reply.Cached,
        CacheWriteTokens = _totals.CacheWriteTokens + reply.Written,
        OutputTokens = _totals.OutputTokens + reply.OutputTokens,
        Cost = _totals.Cost + (price.CostOf(new ModelUsage
        {
            InputTokens = reply.InputTokens,
            CachedInputTokens = reply.Cached,
            CacheWriteTokens = reply.Written,
            OutputTokens = reply.OutputTokens,
        }) ?? 0),
    };

    /// <summary>In whole milliseconds, as timers count.</summary>
    private TimeSpan FirstTokenOf(int uncached, bool isStraggler) => TimeSpan.FromMilliseconds(Math.Ceiling(
        (_options.Latency + (_options.LatencyPerThousandTokens * (uncached / 1_000.0))).TotalMilliseconds * (isStraggler ? _options.StragglerFactor : 1)));

    private TimeSpan TimeOf(int tokens) => TimeSpan.FromMilliseconds(Math.Ceiling(1_000 * tokens / _options.TokensPerSecond));

    private int LengthOf(ulong hash) =>
        _options.MinOutputTokens + (int)(ModelText.Share(hash) * (_options.MaxOutputTokens - _options.MinOutputTokens + 1));

    private double Now() => _timeProvider.GetElapsedTime(_madeAt).TotalSeconds;
}
