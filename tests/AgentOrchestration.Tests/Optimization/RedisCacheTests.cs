using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Results;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>Two processes with caches of their own over one Redis server. Needs <c>redis-server</c>.</summary>
public sealed class RedisCacheTests(RedisServer server) : IClassFixture<RedisServer>
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData("task type")]
    [InlineData("tag")]
    [InlineData("time")]
    public async Task What_one_process_invalidates_another_serves_no_longer(string invalidation)
    {
        using RedisCache first = server.NewCache(invalidation);
        using RedisCache second = server.NewCache(invalidation);
        await using var shared = new SharedCache(first);
        Engine one = shared.NewProcess();
        Engine other = shared.NewProcess(second: second);

        // Both have seen every epoch before one of them begins another.
        Assert.True(await shared.AsksAsync(one, 1));
        Assert.False(await shared.AsksAsync(other, 1));
        for (int round = 0; round < 3; round++)
        {
            await (invalidation switch
            {
                "task type" => SharedCache.ControlOf(one).InvalidateTaskTypeAsync(CountedWork.Name, TestEnd),
                "tag" => SharedCache.ControlOf(one).InvalidateTagAsync("answers", TestEnd),
                _ => SharedCache.ControlOf(one).InvalidateMadeBeforeAsync(one.Clock.GetUtcNow() + TimeSpan.FromTicks(1), TestEnd),
            });
            one.Clock.Advance(SharedCache.Bound + TimeSpan.FromTicks(1));
            other.Clock.Advance(SharedCache.Bound + TimeSpan.FromTicks(1));

            Assert.True(await shared.AsksAsync(other, 1));
            Assert.False(await shared.AsksAsync(one, 1));
        }
    }

    [Fact(Explicit = true)]
    public async Task A_result_is_there_for_a_process_that_starts_later()
    {
        using RedisCache cache = server.NewCache("later");
        await using var shared = new SharedCache(cache);
        Assert.True(await shared.AsksAsync(shared.NewProcess(), 1));

        Assert.False(await shared.AsksAsync(shared.NewProcess(), 1));
    }

    [Fact(Explicit = true)]
    public async Task Partitions_do_not_meet_in_the_server()
    {
        using RedisCache cache = server.NewCache("partitions");
        await using var shared = new SharedCache(cache);
        Engine one = shared.NewProcess(options => options.Partition = static run => run.Name);
        Engine other = shared.NewProcess(options => options.Partition = static run => run.Name);
        Assert.True(await shared.AsksAsync(one, 1, new RunOptions { Name = "tenant a" }));

        Assert.True(await shared.AsksAsync(other, 1, new RunOptions { Name = "tenant b" }));
        Assert.False(await shared.AsksAsync(other, 1, new RunOptions { Name = "tenant a" }));
    }

    [Fact(Explicit = true)]
    public async Task Runs_go_on_when_the_server_is_gone()
    {
        await using var own = new RedisServer();
        await own.InitializeAsync();
        using RedisCache cache = own.NewCache("gone");
        await cache.SetAsync("warm", [1], new DistributedCacheEntryOptions(), TestEnd);
        await using var shared = new SharedCache(cache);
        Engine process = shared.NewProcess();
        Assert.True(await shared.AsksAsync(process, 1));
        await own.KillAsync();
        process.Clock.Advance(SharedCache.Bound * 2);

        Assert.True(await shared.AsksAsync(shared.NewProcess(), 2));
    }
}
