using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Tasks.Endpoints;

public sealed class ModelEndpointTests
{
    private static readonly string LongPrompt = new('x', 3_500);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_are_sent_at_the_rate_that_the_endpoint_accepts_and_in_the_order_of_their_coming()
    {
        await using var world = new EndpointWorld(endpoint => endpoint.RequestsPerMinute = 2);
        Task<ChatResponse>[] asked = [.. Enumerable.Range(0, 4).Select(call => world.AskAsync($"{call}"))];
        Assert.Equal((2, 2), (world.Now.InFlight, world.Now.Waiting));

        world.Advance(31);
        Assert.Equal((3, 1), (world.Now.InFlight, world.Now.Waiting));
        world.Advance(31);

        HashSet<string> prompts = [];
        for (int call = 0; call < 4; call++)
        {
            EndpointModel.Call next = await world.Model.NextAsync();
            prompts.Add(next.Prompt);
            next.Succeed();
        }

        await Task.WhenAll(asked).InTimeAsync();
        Assert.Equal(["0", "1", "2", "3"], prompts.Order());
        Assert.Equal((0, 0, 4L), (world.Now.InFlight, world.Now.Waiting, world.Now.Sent));
    }

    [Fact]
    public async Task Two_clients_of_an_endpoint_have_one_gate()
    {
        await using var world = new EndpointWorld(endpoint => endpoint.MaxConcurrency = 1);
        IChatClient other = world.Gate.Wrap(world.Model);
        Task<ChatResponse> first = world.AskAsync("first");

#pragma warning disable CA2025 // It is awaited below.
        Task<ChatResponse> second = other.GetResponseAsync("second", cancellationToken: TestEnd);
#pragma warning restore CA2025

        Assert.Equal((1, 1), (world.Now.InFlight, world.Now.Waiting));
        (await world.Model.NextAsync()).Succeed();
        (await world.Model.NextAsync()).Succeed();
        await Task.WhenAll(first, second).InTimeAsync();
    }

    [Fact]
    public async Task A_rejection_makes_all_callers_wait_and_the_rejected_call_is_sent_again_first()
    {
        await using var world = new EndpointWorld();
        Task<ChatResponse> rejected = world.AskAsync("rejected");
        EndpointModel.Call call = await world.Model.NextAsync();
        world.Gate.Observe(429, Headers(("retry-after", "20")));
        call.Fail(EndpointModel.Busy());
        await world.SeeAsync(now => now.Waiting == 1);

        Task<ChatResponse> other = world.AskAsync("other");
        world.Advance(19);
        Assert.Equal((0, 2), (world.Now.InFlight, world.Now.Waiting));
        world.Advance(2);

        call = await world.Model.NextAsync();
        Assert.Equal("rejected", call.Prompt);
        call.Succeed();
        (await world.Model.NextAsync()).Succeed();
        Assert.Equal("re: rejected", (await rejected.InTimeAsync()).Text);
        await other.InTimeAsync();
        Assert.Contains(world.Log.GetSnapshot(), entry => entry.Message.Contains("The endpoint gpt has rejected a call with status 429", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_pause_not_all_callers_are_sent_at_once(bool isRateKnown)
    {
        await using var world = new EndpointWorld(endpoint => endpoint.RequestsPerMinute = isRateKnown ? 600 : null);
        Task<ChatResponse>[] asked = [.. Enumerable.Range(0, 100).Select(call => world.AskAsync($"{call}"))];
        for (int i = 0; i < 100; i++)
        {
            (await world.Model.NextAsync()).Fail(EndpointModel.Busy());
        }

        await world.SeeAsync(now => now.Waiting == 100);
        Assert.Equal(100, world.Now.Rejected);
        world.Advance(1.1);

        Assert.InRange(world.Now.InFlight, 0, 3);
        for (int i = 0; i < 100; i++)
        {
            EndpointModel.Call call = await world.AdvanceToNextAsync();
            Assert.InRange(world.Now.InFlight, 1, 60);
            call.Succeed();
        }

        await Task.WhenAll(asked).InTimeAsync();
    }

    [Theory]
    [InlineData("31536000", 3_600)]
    [InlineData("1e300", 3_600)]
    [InlineData("-5", 1)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 3_600)]
    public async Task A_hostile_pause_is_bounded_and_that_is_logged(string retryAfter, double seconds)
    {
        await using var world = new EndpointWorld();

        world.Gate.Observe(429, Headers(("Retry-After", retryAfter)));

        Assert.Equal(seconds, world.Now.PausedFor.TotalSeconds, 1.0);
        Assert.Contains(world.Log.GetSnapshot(), entry => entry.Message.Contains("(MaxPause)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("retry-after-ms", "1500", 1.5)]
    [InlineData("retry-after", "soon", 1)]
    [InlineData("retry-after", "NaN", 1)]
    [InlineData("x-ratelimit-limit-requests", "-7", 1)]
    public async Task Headers_are_understood_or_passed_over(string name, string value, double seconds)
    {
        await using var world = new EndpointWorld();

        world.Gate.Observe(529, Headers((name, value)));

        Assert.Equal(seconds, world.Now.PausedFor.TotalSeconds, 0.01);
        Assert.Null(world.Now.RequestsPerMinute);
    }

    [Fact]
    public async Task Rejections_that_never_end_end_by_the_number_of_attempts_and_by_name()
    {
        await using var world = new EndpointWorld(endpoint => endpoint.MaxAttempts = 3);
        Task<ChatResponse> asked = world.AskAsync("one");
        for (int attempt = 0; attempt < 3; attempt++)
        {
            (await world.AdvanceToNextAsync()).Fail(EndpointModel.Busy());
        }

        ModelEndpointRejectedException error = await Assert.ThrowsAsync<ModelEndpointRejectedException>(() => asked.InTimeAsync());

        Assert.Equal(("gpt", 3), (error.Endpoint, error.Attempts));
        Assert.IsType<HttpRequestException>(error.InnerException);
        Assert.True(error.RetryAfter > TimeSpan.Zero);
        Assert.Equal(error.RetryAfter, new RetryOptions().RetryAfter(error));
    }

    [Fact]
    public async Task A_caller_that_is_cancelled_leaves_the_line_and_the_next_one_goes()
    {
        await using var world = new EndpointWorld(endpoint => endpoint.MaxConcurrency = 1);
        using var stop = new CancellationTokenSource();
        Task<ChatResponse> first = world.AskAsync("first");
        EndpointModel.Call call = await world.Model.NextAsync();
        Task<ChatResponse> cancelled = world.AskAsync("cancelled", stop.Token);
        Task<ChatResponse> last = world.AskAsync("last");

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.InTimeAsync());
        Assert.Equal(1, world.Now.Waiting);
        call.Succeed();

        call = await world.Model.NextAsync();
        Assert.Equal("last", call.Prompt);
        call.Succeed();
        await Task.WhenAll(first, last).InTimeAsync();
    }

    [Fact]
    public async Task A_place_is_given_back_whatever_the_call_ends_with()
    {
        await using var world = new EndpointWorld(endpoint => endpoint.MaxConcurrency = 1);
        using var stop = new CancellationTokenSource();
        Task<ChatResponse> failed = world.AskAsync("failed");
        (await world.Model.NextAsync()).Fail(new InvalidOperationException("No."));
        await Assert.ThrowsAsync<InvalidOperationException>(() => failed.InTimeAsync());

        Task<ChatResponse> cancelled = world.AskAsync("cancelled", stop.Token);
        await world.Model.NextAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.InTimeAsync());

        IAsyncEnumerator<ChatResponseUpdate> left = world.Chat.GetStreamingResponseAsync("left", cancellationToken: TestEnd).GetAsyncEnumerator(TestEnd);
        ValueTask<bool> moving = left.MoveNextAsync();
        (await world.Model.NextAsync()).Succeed();
        Assert.True(await moving.AsTask().InTimeAsync());
        Assert.Equal(1, world.Now.InFlight);
        await left.DisposeAsync();

        Assert.Equal((0, 0), (world.Now.InFlight, world.Now.Waiting));
        Task<ChatResponse> last = world.AskAsync("last");
        (await world.Model.NextAsync()).Succeed();
        await last.InTimeAsync();
    }

    [Fact]
    public async Task A_stream_is_sent_again_only_when_nothing_of_it_has_come()
    {
        await using var world = new EndpointWorld();
        Task<ChatResponse> again = world.StreamAsync("again");
        (await world.Model.NextAsync()).Fail(EndpointModel.Busy());
        await world.SeeAsync(now => now.Waiting == 1);
        world.Advance(2);
        (await world.Model.NextAsync()).Succeed();
        Assert.Equal("re: again", (await again.InTimeAsync()).Text);

        Task<ChatResponse> broken = world.StreamAsync("broken");
        (await world.Model.NextAsync()).Succeed(then: EndpointModel.Busy());

        await Assert.ThrowsAsync<HttpRequestException>(() => broken.InTimeAsync());
        Assert.Equal((0, 0), (world.Now.InFlight, world.Now.Waiting));
    }

    [Fact]
    public async Task What_is_called_during_a_call_is_a_part_of_it()
    {
        await using var world = new EndpointWorld(endpoint => endpoint.MaxConcurrency = 1);
        IChatClient twice = world.Gate.Wrap(world.Chat);

#pragma warning disable CA2025 // It is awaited below.
        Task<ChatResponse> asked = twice.GetResponseAsync("one", cancellationToken: TestEnd);
#pragma warning restore CA2025

        (await world.Model.NextAsync()).Succeed();
        await asked.InTimeAsync();
        Assert.Equal(1, world.Now.Sent);
    }

    [Fact]
    public async Task Tokens_are_reserved_before_a_call_and_corrected_after_it()
    {
        await using var world = new EndpointWorld(endpoint =>
        {
            endpoint.InputTokensPerMinute = 2_000;
            endpoint.CachedInputCounts = false;
        });
        Task<ChatResponse> first = world.AskAsync(LongPrompt);
        Task<ChatResponse> second = world.AskAsync(LongPrompt);
        Task<ChatResponse> third = world.AskAsync(LongPrompt[..3_000]);
        Assert.Equal((2, 1), (world.Now.InFlight, world.Now.Waiting));

        // It was expected to be 1,000.
        (await world.Model.NextAsync()).Succeed(input: 10);
        await world.SeeAsync(now => now.Sent == 3);

        (await world.Model.NextAsync()).Succeed(input: 1_000);
        (await world.Model.NextAsync()).Succeed(input: 1_000);
        await Task.WhenAll(first, second, third).InTimeAsync();
    }

    [Fact]
    public async Task A_call_that_needs_more_than_a_minute_allows_is_sent_all_the_same()
    {
        await using var world = new EndpointWorld(endpoint => (endpoint.InputTokensPerMinute, endpoint.OutputTokensPerMinute) = (100, 50));

        Task<ChatResponse> asked = world.AskAsync(LongPrompt);

        (await world.Model.NextAsync()).Succeed(input: 1_000, output: 500);
        await asked.InTimeAsync();
    }

    [Fact]
    public async Task The_expected_output_is_learned_by_kind()
    {
        await using var world = new EndpointWorld(endpoint => (endpoint.OutputTokensPerMinute, endpoint.ExpectedOutputTokens) = (1_000, 900));
        for (int call = 0; call < 6; call++)
        {
            Task<ChatResponse> asked = world.AskAsync("short");
            (await world.AdvanceToNextAsync(10)).Succeed(input: 2, output: 100);
            await asked.InTimeAsync();
            world.Advance(60);
        }

        Task<ChatResponse>[] together = [.. Enumerable.Range(0, 9).Select(_ => world.AskAsync("short"))];

        Assert.Equal(9, world.Now.InFlight);
        foreach (Task<ChatResponse> asked in together)
        {
            (await world.Model.NextAsync()).Succeed(input: 2, output: 100);
        }

        await Task.WhenAll(together).InTimeAsync();
    }

    [Fact]
    public async Task The_endpoint_may_lower_its_limits_and_never_raise_those_of_the_application()
    {
        await using var world = new EndpointWorld(endpoint => endpoint.RequestsPerMinute = 60);

        world.Gate.Observe(200, Headers(("x-ratelimit-limit-requests", "30")));
        Assert.Equal(30, world.Now.RequestsPerMinute);
        world.Gate.Observe(200, Headers(("anthropic-ratelimit-requests-limit", "6000")));

        Assert.Equal(60, world.Now.RequestsPerMinute);
        Assert.Contains(world.Log.GetSnapshot(), entry => entry.Message.Contains("now accepts 30 requests", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Limits_that_nobody_configured_are_learned_from_the_headers()
    {
        await using var world = new EndpointWorld();
        world.Gate.Observe(200, Headers(("X-RateLimit-Limit-Requests", "2")));

        Task<ChatResponse>[] asked = [.. Enumerable.Range(0, 3).Select(call => world.AskAsync($"{call}"))];

        Assert.Equal((2, 1), (world.Now.InFlight, world.Now.Waiting));
        world.Advance(31);
        for (int call = 0; call < 3; call++)
        {
            (await world.Model.NextAsync()).Succeed();
        }

        await Task.WhenAll(asked).InTimeAsync();
    }

    [Fact]
    public void An_endpoint_is_added_once_and_within_its_ranges()
    {
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration().AddModelEndpoint("gpt");

        Assert.Contains("'gpt' is added twice", Assert.Throws<ArgumentException>(() => builder.AddModelEndpoint("gpt")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddModelEndpoint("other", endpoint => endpoint.RequestsPerMinute = 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddModelEndpoint("other", endpoint => endpoint.MaxPause = TimeSpan.FromDays(2)));
        Assert.Throws<ArgumentException>(() => builder.AddModelEndpoint("no name"));
    }

    private static KeyValuePair<string, string>[] Headers(params (string Name, string Value)[] headers) =>
        [.. headers.Select(header => KeyValuePair.Create(header.Name, header.Value))];
}
