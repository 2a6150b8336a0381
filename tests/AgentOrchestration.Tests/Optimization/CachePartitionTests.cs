using AgentOrchestration.Optimization;
using AgentOrchestration.Runs;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Results;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>Results of one partition are never found in another, and nobody waits for one of another.</summary>
public sealed class CachePartitionTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("acme", "acme", false)]
    [InlineData("acme", "other", true)]
    [InlineData("acme", null, true)]
    [InlineData(null, "acme", true)]
    [InlineData(null, null, false)]
    [InlineData("", null, true)]
    public async Task A_result_is_found_again_in_the_same_partition_only(string? first, string? second, bool isDoneAgain)
    {
        await using var shared = new SharedCache(new FakeDistributedCache());
        await shared.AsksAsync(shared.NewProcess(ByTenant), 1, Of(first));

        Assert.Equal(isDoneAgain, await shared.AsksAsync(shared.NewProcess(ByTenant), 1, Of(second)));
    }

    [Fact]
    public async Task Runs_of_different_partitions_do_not_wait_for_each_other()
    {
        var both = new CountdownEvent(2);
        await using Engine engine = new(builder => builder.UseResultCache(ByTenant).AddCountedWork(onWork: _ =>
        {
            both.Signal();
            return Task.Run(() => both.Wait(TestEnd), TestEnd);
        }));
        TaskPlan plan = TaskPlan.Create(plan => plan.AddAsk("only", 1));
        await using OrchestrationRun one = await engine.Orchestrator.StartAsync(plan, Of("acme"), TestEnd);
        await using OrchestrationRun other = await engine.Orchestrator.StartAsync(plan, Of("other"), TestEnd);

        Assert.All(await Task.WhenAll(one.EndAsync(), other.EndAsync()), result => Assert.Equal(OutputOrigin.Executed, result["only"].Origin));
    }

    [Fact]
    public async Task When_the_partition_cannot_be_told_nothing_is_cached()
    {
        await using Engine engine = CountedWork.Engine(also: builder => builder.UseResultCache(cache => cache.Partition = run => run.Tags["tenant"]));
        await engine.RunAsync(plan => plan.AddAsk("only", 1));

        Assert.Equal(OutputOrigin.Executed, (await engine.RunAsync(plan => plan.AddAsk("only", 1)))["only"].Origin);
    }

    private static void ByTenant(ResultCacheOptions cache) => cache.Partition = run => run.Tags.TryGetValue("tenant", out string? tenant) ? tenant : null;

    private static RunOptions Of(string? tenant) => tenant is null ? new RunOptions() : new RunOptions { Tags = { ["tenant"] = tenant } };
}
