using AgentOrchestration.Optimization;
using AgentOrchestration.Runs;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Results;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>What one process invalidates no other serves after a stated time, whatever each of them has seen before.</summary>
public sealed class CacheEpochTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string> Invalidations => ["task type", "tag", "time"];

    [Theory]
    [MemberData(nameof(Invalidations))]
    public async Task What_one_process_invalidates_it_does_not_serve_and_another_not_after_the_bound(string invalidation)
    {
        await using var shared = new SharedCache(new FakeDistributedCache());
        Engine one = shared.NewProcess();
        Engine other = shared.NewProcess();
        Assert.True(await shared.AsksAsync(one, 1));
        Assert.False(await shared.AsksAsync(other, 1));

        await InvalidateAsync(one, invalidation);
        other.Clock.Advance(SharedCache.Bound + TimeSpan.FromTicks(1));

        Assert.True(await shared.AsksAsync(other, 1));
        Assert.False(await shared.AsksAsync(one, 1));
    }

    [Theory]
    [MemberData(nameof(Invalidations))]
    public async Task A_process_serves_nothing_that_it_has_invalidated_itself(string invalidation)
    {
        await using var shared = new SharedCache(new FakeDistributedCache());
        Engine one = shared.NewProcess();
        Engine other = shared.NewProcess();
        await shared.AsksAsync(one, 1);
        await shared.AsksAsync(other, 1);

        await InvalidateAsync(one, invalidation);

        Assert.True(await shared.AsksAsync(one, 1));
        Assert.False(await shared.AsksAsync(one, 1));
    }

    [Fact]
    public async Task Processes_that_invalidate_in_turn_see_each_other()
    {
        await using var shared = new SharedCache(new FakeDistributedCache());
        Engine[] processes = [shared.NewProcess(), shared.NewProcess()];
        for (int round = 0; round < 6; round++)
        {
            Engine one = processes[round % 2];
            Engine other = processes[1 - (round % 2)];
            await SharedCache.ControlOf(one).InvalidateTagAsync("answers", TestEnd);
            Array.ForEach(processes, process => process.Clock.Advance(SharedCache.Bound * 2));

            Assert.True(await shared.AsksAsync(other, 1));
            Assert.False(await shared.AsksAsync(one, 1));
        }
    }

    [Fact]
    public async Task A_process_whose_clock_is_behind_begins_a_later_epoch_all_the_same()
    {
        await using var shared = new SharedCache(new FakeDistributedCache());
        Engine ahead = shared.NewProcess();
        Engine behind = shared.NewProcess();
        ahead.Clock.Advance(TimeSpan.FromMinutes(10));
        await SharedCache.ControlOf(ahead).InvalidateTaskTypeAsync(CountedWork.Name, TestEnd);
        await shared.AsksAsync(ahead, 1);

        await SharedCache.ControlOf(behind).InvalidateTaskTypeAsync(CountedWork.Name, TestEnd);
        ahead.Clock.Advance(SharedCache.Bound * 2);

        Assert.True(await shared.AsksAsync(ahead, 1));
    }

    [Fact]
    public async Task An_epoch_that_the_second_level_has_lost_makes_nothing_valid_again()
    {
        var second = new FakeDistributedCache();
        await using var shared = new SharedCache(second);
        Engine one = shared.NewProcess();
        await shared.AsksAsync(one, 1);
        await SharedCache.ControlOf(one).InvalidateTagAsync("answers", TestEnd);
        foreach (string key in second.Keys.Where(key => key.Contains(":epoch:", StringComparison.Ordinal)).ToArray())
        {
            second.Remove(key);
        }

        Assert.True(await shared.AsksAsync(shared.NewProcess(), 1));
        Assert.True(await shared.AsksAsync(one, 1));
    }

    [Fact]
    public async Task A_result_whose_work_began_before_an_invalidation_is_not_served_after_it()
    {
        var second = new FakeDistributedCache();
        var working = new Checkpoint();
        await using Engine engine = new(
            builder => builder.UseResultCache().AddCountedWork(onWork: number => number == 1 ? working.PassAsync() : Task.CompletedTask),
            services: services => services.AddSingleton<IDistributedCache>(second));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.AddAsk("only", 1));
        await working.Reached;

        await SharedCache.ControlOf(engine).InvalidateTaskTypeAsync(CountedWork.Name, TestEnd);
        working.Open();
        await run.EndAsync();

        Assert.Equal(OutputOrigin.Executed, (await engine.RunAsync(plan => plan.AddAsk("only", 1)))["only"].Origin);
    }

    [Fact]
    public async Task What_an_earlier_version_has_kept_is_made_again_without_a_warning()
    {
        var second = new FakeDistributedCache();
        await using var shared = new SharedCache(second);
        await shared.AsksAsync(shared.NewProcess(), 1);
        string key = Assert.Single(second.Keys, key => !key.Contains(":epoch:", StringComparison.Ordinal));
        byte[] kept = second.Get(key)!;
        int result = kept.AsSpan().LastIndexOf("\"answer 1\""u8);

        // The frame of HybridCache around it stays; the entry is the result alone.
        second.Set(key, Replaced(kept, result), new());

        Assert.True(await shared.AsksAsync(shared.NewProcess(), 1));
    }

    /// <summary>Overwrites the mark of an entry, so that it is none of this version.</summary>
    private static byte[] Replaced(byte[] kept, int result)
    {
        byte[] copy = [.. kept];
        int header = copy.AsSpan(0, result).LastIndexOf("{\"at\":"u8);
        Assert.True(header > 5);
        copy[header - 5] = (byte)'"';
        return copy;
    }

    private static async Task InvalidateAsync(Engine process, string what)
    {
        IResultCacheControl control = SharedCache.ControlOf(process);
        switch (what)
        {
            case "task type":
                await control.InvalidateTaskTypeAsync(CountedWork.Name, TestEnd);
                break;
            case "tag":
                await control.InvalidateTagAsync("answers", TestEnd);
                break;
            default:
                process.Clock.Advance(TimeSpan.FromTicks(1));
                await control.InvalidateMadeBeforeAsync(process.Clock.GetUtcNow(), TestEnd);
                break;
        }
    }
}
