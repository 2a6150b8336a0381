using System.Text.Json.Nodes;
using AgentOrchestration.Runs;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Optimization;

public sealed class ResultCacheTests
{
    [Fact]
    public async Task A_pure_result_is_found_again_in_a_later_run_and_says_where_it_came_from()
    {
        await using CachedWork work = new((work, builder) => work.Add(builder, "double", (int number) => new Doubled(number * 2)));

        await work.RunAsync("double", 21);
        (SubtaskSnapshot subtask, bool ranAgain) = await work.RunAgainAsync("double", 21);

        Assert.False(ranAgain);
        Assert.Equal((new Doubled(42), OutputOrigin.Cached, 0), (subtask.Output, subtask.Origin, subtask.Attempts));
    }

    [Theory]
    [InlineData(TaskEffect.Pure, false)]
    [InlineData(TaskEffect.Read, true)]
    [InlineData(TaskEffect.Write, true)]
    [InlineData(TaskEffect.Irreversible, true)]
    public async Task Only_pure_results_outlive_their_run(TaskEffect effect, bool expectedToRunAgain)
    {
        await using CachedWork work = new((work, builder) => work.Add(builder, "double", (int number) => number * 2, effect));

        await work.RunAsync("double", 21);

        Assert.Equal(expectedToRunAgain, (await work.RunAgainAsync("double", 21)).RanAgain);
    }

    [Fact]
    public async Task Results_that_are_none_or_null_are_kept_too()
    {
        await using CachedWork work = new((work, builder) =>
        {
            work.Add(builder, "none", (None _) => None.Value);
            work.Add(builder, "null", (None _) => (string?)null);
        });
        await work.RunAsync("none");
        await work.RunAsync("null");

        (SubtaskSnapshot none, bool noneRan) = await work.RunAgainAsync("none");
        (SubtaskSnapshot nothing, bool nullRan) = await work.RunAgainAsync("null");

        Assert.Equal((false, false), (noneRan, nullRan));
        Assert.Same(None.Value, none.Output);
        Assert.Equal((null, SubtaskState.Succeeded), (nothing.Output, nothing.State));
    }

    [Fact]
    public async Task A_failure_is_never_kept()
    {
        int calls = 0;
        await using CachedWork work = new((work, builder) =>
            work.Add(builder, "flaky", (None _) => ++calls == 1 ? throw new InvalidTimeZoneException() : "done"));

        Assert.Equal(RunOutcome.Failed, (await work.RunAsync("flaky")).Outcome);
        (SubtaskSnapshot second, bool secondRan) = await work.RunAgainAsync("flaky");
        (SubtaskSnapshot third, bool thirdRan) = await work.RunAgainAsync("flaky");

        Assert.Equal((true, "done", false, "done"), (secondRan, second.Output, thirdRan, third.Output));
    }

    [Fact]
    public async Task Invalidating_a_task_type_makes_its_results_invalid_and_no_others()
    {
        await using CachedWork work = CreateTagged();
        await work.RunAsync("left", 1);
        await work.RunAsync("left", 2);
        await work.RunAsync("right", 1);

        await work.InvalidateAsync((control, stop) => control.InvalidateTaskTypeAsync("left", stop));

        Assert.True((await work.RunAgainAsync("left", 1)).RanAgain);
        Assert.True((await work.RunAgainAsync("left", 2)).RanAgain);
        Assert.False((await work.RunAgainAsync("right", 1)).RanAgain);
        Assert.False((await work.RunAgainAsync("left", 1)).RanAgain);
    }

    [Fact]
    public async Task Invalidating_a_tag_makes_the_results_under_it_invalid_and_no_others()
    {
        await using CachedWork work = CreateTagged();
        await work.RunAsync("left", 1);
        await work.RunAsync("right", 1);
        await work.RunAsync("other", 1);

        await work.InvalidateAsync((control, stop) => control.InvalidateTagAsync("prices", stop));

        Assert.True((await work.RunAgainAsync("left", 1)).RanAgain);
        Assert.True((await work.RunAgainAsync("right", 1)).RanAgain);
        Assert.False((await work.RunAgainAsync("other", 1)).RanAgain);
    }

    [Fact]
    public async Task A_tag_and_a_task_type_of_the_same_name_are_not_mixed_up()
    {
        await using CachedWork work = CreateTagged();
        await work.RunAsync("left", 1);
        await work.RunAsync("other", 1);

        await work.InvalidateAsync((control, stop) => control.InvalidateTagAsync("left", stop));
        await work.InvalidateAsync((control, stop) => control.InvalidateTaskTypeAsync("prices", stop));

        Assert.False((await work.RunAgainAsync("left", 1)).RanAgain);
        Assert.True((await work.RunAgainAsync("other", 1)).RanAgain);
    }

    [Fact]
    public async Task A_registered_distributed_cache_is_the_second_level_which_another_process_finds()
    {
        var server = new FakeDistributedCache();
        await using CachedWork first = Create();
        await using CachedWork second = Create();

        await first.RunAsync("double", 21);
        (SubtaskSnapshot subtask, bool ranAgain) = await second.RunAgainAsync("double", 21);

        Assert.False(ranAgain);
        Assert.Equal((new Doubled(42), OutputOrigin.Cached), (subtask.Output, subtask.Origin));

        CachedWork Create() => new(
            (work, builder) => work.Add(builder, "double", (int number) => new Doubled(number * 2)),
            services => services.AddSingleton<IDistributedCache>(server));
    }

    [Fact]
    public async Task A_result_that_can_no_longer_be_read_is_made_anew()
    {
        var server = new FakeDistributedCache();
        await using CachedWork old = new(
            (work, builder) => work.Add(builder, "version", (None _) => "one"), services => services.AddSingleton<IDistributedCache>(server));
        await using CachedWork changed = new(
            (work, builder) => work.Add(builder, "version", (None _) => new Doubled(2)), services => services.AddSingleton<IDistributedCache>(server));

        await old.RunAsync("version");
        (SubtaskSnapshot subtask, bool ranAgain) = await changed.RunAgainAsync("version");

        Assert.True(ranAgain);
        Assert.Equal(new Doubled(2), subtask.Output);
    }

    [Theory]
    [InlineData(false, "could not be looked for")]
    [InlineData(true, "could not be cached")]
    public async Task A_cache_that_throws_harms_no_run_and_is_logged(bool onlyWrites, string warning)
    {
        await using CachedWork work = new(
            (work, builder) => work.Add(builder, "double", (int number) => number * 2), services => services.AddSingleton<HybridCache>(new BrokenCache(onlyWrites)));

        Assert.Equal(42, (await work.RunAsync("double", 21)).GetOutput<int>("only"));
        Assert.False((await work.RunAgainAsync("double", 21)).RanAgain);
        Assert.Contains(work.Log, line => line.Exception is InvalidTimeZoneException && line.Message.Contains(warning, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cache_that_never_answers_delays_a_run_once_and_is_named_in_the_log(bool blocksItsThread)
    {
        var cache = new SilentCache(blocksItsThread);
        await using CachedWork work = new(
            (work, builder) => work.Add(builder, "next", (int number) => number + 1), services => services.AddSingleton<HybridCache>(cache));

        (RunResult result, TimeSpan took) = await work.AdvanceUntilAsync(work.RunAsync(plan => plan.Add("last", "next", plan.Add("first", "next", 1).Output())));

        Assert.Equal((3, 2, 1), (result.GetOutput<int>("last"), work.Calls, cache.LookUps));
        Assert.True(took >= TimeSpan.FromSeconds(30), $"{took} is too early to do without the cache.");
        Assert.Single(work.Log, line => line.Message.Contains("the result cache has not answered within 00:00:30", StringComparison.Ordinal));
        cache.Open();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_is_cancelled_does_not_wait_for_a_cache_that_never_answers(bool blocksItsThread)
    {
        var cache = new SilentCache(blocksItsThread);
        await using Engine engine = new(
            builder => builder.UseResultCache().AddTaskType(
                "work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1), options => options.Effect = TaskEffect.Pure),
            services: services => services.AddSingleton<HybridCache>(cache));
        OrchestrationRun run = await engine.StartOneAsync();
        await using IAsyncDisposable disposal = run.Disposal();
        await cache.Asked.InTimeAsync();

        await run.CancelAsync(TestContext.Current.CancellationToken);

        Assert.Equal(RunOutcome.Cancelled, (await run.EndAsync()).Outcome);
        cache.Open();
    }

    [Fact]
    public async Task Equal_input_is_found_however_it_is_written()
    {
        await using CachedWork work = new((work, builder) => work.Add(builder, "width", (Span span) => span.To - span.From));

        await work.RunAsync("width", new JsonObject { ["from"] = 1, ["to"] = 4 });

        Assert.False((await work.RunAgainAsync("width", new JsonObject { ["to"] = 4, ["from"] = 1 })).RanAgain);
        Assert.True((await work.RunAgainAsync("width", new JsonObject { ["from"] = 4, ["to"] = 1 })).RanAgain);
    }

    [Fact]
    public void UseResultCache_WithATimeToLiveOfZero_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new ServiceCollection().AddAgentOrchestration().UseResultCache(options => options.TimeToLive = TimeSpan.Zero));

    private static CachedWork CreateTagged() => new((work, builder) =>
    {
        work.Add(builder, "left", (int number) => -number, configure: options => options.CacheTags.Add("prices"));
        work.Add(builder, "right", (int number) => number, configure: options => options.CacheTags.Add("prices"));
        work.Add(builder, "other", (int number) => number, configure: options => options.CacheTags.Add("left"));
    });

    private sealed record Doubled(int Value);

    private sealed record Span(int From, int To);
}
