using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Resources;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>Many threads have something to tell the dispatch core at once, or the core's own thread has while it is inside.</summary>
public sealed class GateTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_resource_manager_lets_return_while_it_is_asked_counts()
    {
        await using Engine engine = new(builder => builder
            .UseResourceManager<ResourcesThatLetWorkReturn>()
            .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken _) =>
                context.Subtask.Id == "waits" ? new ValueTask<string>(ResourcesThatLetWorkReturn.Asked.Task) : ValueTask.FromResult("worked")));

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef waits = plan.Add("waits", "work");
            SubtaskRef trigger = plan.Add("trigger", "work");
            SubtaskRef asks = plan.Add("asks", "work", after: [trigger], options: new() { Resources = ResourceRequirements.Of(new ResourceAmount("licence", 1)) });
            plan.Add("join", "work", after: [waits, asks]);
        });

        Assert.Equal((RunOutcome.Succeeded, "asked"), (result.Outcome, result.GetOutput<string>("waits")));
        Assert.Equal("worked", result.GetOutput<string>("join"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    public async Task Whoever_reports_at_the_same_moment_nothing_is_lost_and_nothing_runs_twice(int parallelism)
    {
        const int layers = 20, width = 100;
        ConcurrentDictionary<string, int> ran = new();
        await using Engine engine = Engine.For(
            async (context, _) =>
            {
                int kind = ran.AddOrUpdate(context.Subtask.Id, 1, static (_, times) => times + 1) + context.Subtask.Id.GetHashCode(StringComparison.Ordinal);
                if (kind % 3 == 0)
                {
                    await Task.Yield();
                }
                else
                {
                    Thread.SpinWait(kind & 0xFF);
                }

                return context.Subtask.Id;
            },
            options: options => options.Runs.MaxParallelism = parallelism);
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            SubtaskRef[] above = [];
            for (int layer = 0; layer < layers; layer++)
            {
                above = [.. Enumerable.Range(0, width).Select(i => plan.Add($"{layer}-{i}", "work", after: [.. Enumerable.Range(i, 3).Where(_ => layer > 0).Select(j => above[j % width])]))];
            }
        });

        for (int repetition = 0; repetition < 10; repetition++)
        {
            ran.Clear();
            OrchestrationRun run = await engine.Orchestrator.StartAsync(plan, TestEnd);
            await using IAsyncDisposable runDisposal = run.Disposal();
            RunResult result = await run.EndAsync();

            Assert.Equal(layers * width, result.Succeeded.Count());
            Assert.Equal(layers * width, ran.Count);
            Assert.All(ran, subtask => Assert.Equal(1, subtask.Value));
        }
    }

    /// <summary>Lets a handler that waits go on when it is asked for something, on the thread that asks.</summary>
    private sealed class ResourcesThatLetWorkReturn : IResourceManager
    {
        public static TaskCompletionSource<string> Asked { get; } = new();

        public event EventHandler? Released;

        public long? GetCapacity(string name) => 1;

        public bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease)
        {
            Asked.TrySetResult("asked");
            lease = new ResourceLease(needs, _ => Released?.Invoke(this, EventArgs.Empty));
            return true;
        }

        public IReadOnlyList<ResourcePoolSnapshot> Snapshot() => [];
    }
}
