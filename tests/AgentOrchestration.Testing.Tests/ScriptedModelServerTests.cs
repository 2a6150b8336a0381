using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Testing.Tests;

public sealed class ScriptedModelServerTests
{
    private static readonly string LongPrefix = new('p', 8_000);
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_to_a_prompt_is_always_the_same_whole_or_streamed()
    {
        using var server = new ScriptedModelServer(Quick(), _time);
        using var other = new ScriptedModelServer(Quick(seed: 5), _time);

        string whole = (await AskAsync(server, "one")).Text;
        Task<ChatResponse> streaming = other.GetStreamingResponseAsync("one", cancellationToken: TestEnd).ToChatResponseAsync(TestEnd);
        ChatResponse streamed = await EndAsync(streaming);

        Assert.Equal(whole, streamed.Text);
        Assert.Equal(whole, server.AnswerOf([new ChatMessage(ChatRole.User, "one")]));
        Assert.NotEqual(whole, (await AskAsync(server, "two")).Text);
        Assert.Equal(whole.Length / 4, streamed.Usage!.OutputTokenCount);
    }

    [Fact]
    public async Task What_exceeds_a_limit_is_rejected_and_told_when_to_come_back()
    {
        using var server = new ScriptedModelServer(Quick(requestsPerMinute: 2), _time);
        await AskAsync(server, "one");
        await AskAsync(server, "two");

        ModelRejectedException rejected = await Assert.ThrowsAsync<ModelRejectedException>(() => AskAsync(server, "three"));

        Assert.Equal(HttpStatusCode.TooManyRequests, rejected.StatusCode);
        Assert.Equal("2", rejected.Headers["x-ratelimit-limit-requests"]);
        Assert.Equal("0", rejected.Headers["x-ratelimit-remaining-requests"]);

        // The rejected request counts too, so there is one more to wait for than it was told.
        _time.Advance(TimeSpan.FromSeconds(int.Parse(rejected.Headers["retry-after"], System.Globalization.CultureInfo.InvariantCulture) + 30));
        await AskAsync(server, "three");
        Assert.Equal((4, 1, 3), (server.Totals.Requests, server.Totals.Limited, server.Totals.Accepted));
    }

    [Fact]
    public async Task Input_tokens_are_limited_and_the_limits_may_change()
    {
        using var server = new ScriptedModelServer(Quick(inputTokensPerMinute: 3_000), _time);
        await AskAsync(server, new string('a', 8_000));
        await Assert.ThrowsAsync<ModelRejectedException>(() => AskAsync(server, new string('b', 8_000)));

        _time.Advance(TimeSpan.FromSeconds(30));
        await AskAsync(server, new string('b', 8_000));
        server.ScaleLimits(0.5);
        _time.Advance(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAsync<ModelRejectedException>(() => AskAsync(server, new string('c', 8_000)));
    }

    [Fact]
    public async Task A_prefix_is_cached_from_the_first_token_on_and_for_its_lifetime()
    {
        var server = new ScriptedModelServer(Quick(latency: TimeSpan.FromSeconds(1)), _time);
        Task<ChatResponse>[] together = [AskAsync(server, LongPrefix + "1"), AskAsync(server, LongPrefix + "2")];
        ChatResponse[] atOnce = [await EndAsync(together[0]), await EndAsync(together[1])];

        ChatResponse later = await EndAsync(AskAsync(server, LongPrefix + "3"));
        _time.Advance(TimeSpan.FromMinutes(6));
        ChatResponse tooLate = await EndAsync(AskAsync(server, LongPrefix + "4"));

        Assert.All(atOnce, answer => Assert.Equal(0, answer.Usage!.CachedInputTokenCount));
        Assert.Equal(1_920, later.Usage!.CachedInputTokenCount);
        Assert.Equal(0, tooLate.Usage!.CachedInputTokenCount);
        Assert.Equal(1_920, server.Totals.CachedInputTokens);
    }

    [Fact]
    public async Task A_short_prefix_is_not_cached()
    {
        using var server = new ScriptedModelServer(Quick(), _time);
        string prefix = new('p', 4_000);
        await EndAsync(AskAsync(server, prefix + "1"));

        Assert.Equal(0, (await EndAsync(AskAsync(server, prefix + "2"))).Usage!.CachedInputTokenCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task Overload_and_stragglers_come_at_their_shares_by_seed(int seed)
    {
        using var server = new ScriptedModelServer(Quick(seed, overloadedShare: 0.1), _time);
        using var again = new ScriptedModelServer(Quick(seed, overloadedShare: 0.1), _time);

        int[] rejected = await RejectedAsync(server);

        Assert.InRange(rejected.Length, 60, 140);
        Assert.Equal(rejected, await RejectedAsync(again));
        Assert.Equal(rejected.Length, server.Totals.Overloaded);

        static async Task<int[]> RejectedAsync(ScriptedModelServer asked)
        {
            List<int> rejected = [];
            for (int i = 0; i < 1_000; i++)
            {
                try
                {
                    await AskAsync(asked, $"prompt {i}");
                }
                catch (ModelRejectedException exception) when (exception.StatusCode == (HttpStatusCode)529)
                {
                    rejected.Add(i);
                }
            }

            return [.. rejected];
        }
    }

    [Fact]
    public async Task A_maximum_of_output_tokens_cuts_the_answer_off()
    {
        using var server = new ScriptedModelServer(Quick(), _time);

        ChatResponse cut = await server.GetResponseAsync("one", new ChatOptions { MaxOutputTokens = 5 }, TestEnd);

        Assert.Equal((5, ChatFinishReason.Length), (cut.Usage!.OutputTokenCount, cut.FinishReason));
    }

    [Fact]
    public async Task Anthropic_headers_hold_moments()
    {
        using var server = new ScriptedModelServer(new ScriptedModelOptions { OutputTokensPerMinute = 1_000, Headers = ScriptedModelHeaders.Anthropic, Latency = TimeSpan.Zero, TokensPerSecond = double.PositiveInfinity }, _time);

        ChatResponse answer = await EndAsync(AskAsync(server, "one"));

        var headers = (IReadOnlyDictionary<string, string>)answer.AdditionalProperties![ScriptedModelServer.HeadersProperty]!;
        Assert.Equal("1000", headers["anthropic-ratelimit-output-tokens-limit"]);
        Assert.True(DateTimeOffset.Parse(headers["anthropic-ratelimit-output-tokens-reset"], System.Globalization.CultureInfo.InvariantCulture) >= _time.GetUtcNow());
    }

    private static ScriptedModelOptions Quick(
        int seed = 0, int? requestsPerMinute = null, int? inputTokensPerMinute = null, double overloadedShare = 0, TimeSpan latency = default) => new()
        {
            Seed = seed,
            RequestsPerMinute = requestsPerMinute,
            InputTokensPerMinute = inputTokensPerMinute,
            OverloadedShare = overloadedShare,
            Latency = latency,
            LatencyPerThousandTokens = TimeSpan.Zero,
            TokensPerSecond = double.PositiveInfinity,
        };

    private static Task<ChatResponse> AskAsync(ScriptedModelServer server, string prompt) => server.GetResponseAsync(prompt, cancellationToken: TestEnd);

    private async Task<ChatResponse> EndAsync(Task<ChatResponse> asking)
    {
        while (!asking.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await asking;
    }
}
