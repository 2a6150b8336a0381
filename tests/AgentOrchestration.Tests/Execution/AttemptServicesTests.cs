using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

public sealed class AttemptServicesTests
{
    private readonly ConcurrentBag<Unit> _units = [];

    [Fact]
    public async Task An_attempt_has_one_scope_whoever_asks_at_the_same_time()
    {
        const int Threads = 4;
        await using Engine engine = With<int>(async (context, stop) =>
        {
            using var together = new Barrier(Threads);
            Unit[] units = await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait(stop);
                    return context.Services.GetRequiredService<Unit>();
                },
                stop,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            return units.Distinct().Count();
        });

        RunResult result = await engine.RunAsync(plan =>
        {
            for (int i = 0; i < 100; i++)
            {
                plan.Add($"t{i}", "work");
            }
        });

        Assert.All(result.Subtasks, subtask => Assert.Equal(1, subtask.Output));
        Assert.Equal(100, _units.Count);
        Assert.All(_units, unit => Assert.True(unit.IsDisposed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_its_code_has_returned_an_attempt_has_no_services_and_the_error_says_why(bool usesThemBefore)
    {
        TaskContext? late = null;
        await using Engine engine = With<int>((context, _) =>
        {
            late = context;
            return ValueTask.FromResult(usesThemBefore ? context.Services.GetRequiredService<Unit>().GetHashCode() : 0);
        });

        SubtaskSnapshot subtask = (await engine.RunOneAsync())["only"];
        ObjectDisposedException refusal = Assert.Throws<ObjectDisposedException>(() => late!.Services);

        Assert.Equal(SubtaskState.Succeeded, subtask.State);
        Assert.Contains("Attempt 1 of the subtask 'only' has ended", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(usesThemBefore ? 1 : 0, _units.Count);
        Assert.All(_units, unit => Assert.True(unit.IsDisposed));
    }

    [Fact]
    public async Task After_code_that_waited_an_attempt_has_no_services_either()
    {
        TaskContext? late = null;
        var checkpoint = new Checkpoint();
        await using Engine engine = With<int>(async (context, stop) =>
        {
            late = context;
            await checkpoint.PassAsync(stop);
            return 0;
        });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await checkpoint.Reached;

        Assert.Same(late!.Services, late.Services);
        checkpoint.Open();
        await run.EndAsync();

        Assert.Throws<ObjectDisposedException>(() => late.Services);
    }

    private Engine With<TOutput>(Func<TaskContext, CancellationToken, ValueTask<TOutput>> work) => new(
        builder => builder.AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken stop) => work(context, stop)),
        services: services => services.AddScoped(_ =>
        {
            var unit = new Unit();
            _units.Add(unit);
            return unit;
        }));

    private sealed class Unit : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
