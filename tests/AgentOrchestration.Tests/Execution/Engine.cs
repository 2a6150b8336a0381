using System.Diagnostics;
using System.Runtime.CompilerServices;
using AgentOrchestration.Tests.Execution.Foreign;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Execution;

/// <summary>The library as an application has it, on a clock that the test moves.</summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    public Engine(Action<IAgentOrchestrationBuilder> configure, Action<AgentOrchestrationOptions>? options = null, Action<IServiceCollection>? services = null)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(Clock);
        services?.Invoke(collection);
        IAgentOrchestrationBuilder builder = collection.AddAgentOrchestration(options);
        configure(builder);
        ForeignParts.AddWhereWanted(builder);
        _provider = collection.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public IServiceProvider Services => _provider;

    public ITaskOrchestrator Orchestrator => _provider.GetRequiredService<ITaskOrchestrator>();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>An engine with one task type, <c>work</c>, without input.</summary>
    public static Engine For<TOutput>(
        Func<TaskContext, CancellationToken, ValueTask<TOutput>> work, Action<TaskTypeOptions>? taskType = null, Action<AgentOrchestrationOptions>? options = null) =>
        new(builder => builder.AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken stop) => work(context, stop), taskType), options);

    public Task<OrchestrationRun> StartAsync(Action<TaskPlanBuilder> plan) => Orchestrator.StartAsync(TaskPlan.Create(plan), TestEnd);

    public Task<OrchestrationRun> StartOneAsync() => StartAsync(plan => plan.Add("only", "work"));

    public async Task<RunResult> RunAsync(Action<TaskPlanBuilder> plan)
    {
        OrchestrationRun run = await StartAsync(plan);
        await using IAsyncDisposable disposal = run.Disposal();
        return await run.EndAsync();
    }

    public Task<RunResult> RunOneAsync() => RunAsync(plan => plan.Add("only", "work"));

    /// <summary>Waits for an event.</summary>
    public static Task<TEvent> SeeAsync<TEvent>(OrchestrationRun run, Func<TEvent, bool>? which = null)
        where TEvent : RunEvent => WaitForAsync(run, which).InTimeAsync(run, $"{typeof(TEvent).Name} of the run {run.RunId}");

    /// <summary>All events of a run, to its end.</summary>
    public static Task<IReadOnlyList<RunEvent>> EventsAsync(OrchestrationRun run) => ReadAllAsync(run).InTimeAsync(run, $"the last event of the run {run.RunId}");

    private static async Task<TEvent> WaitForAsync<TEvent>(OrchestrationRun run, Func<TEvent, bool>? which)
        where TEvent : RunEvent
    {
        await foreach (RunEvent next in run.WatchAsync(TestEnd))
        {
            if (next is TEvent seen && (which is null || which(seen)))
            {
                return seen;
            }
        }

        throw new InvalidOperationException($"The run ended without {typeof(TEvent).Name}.");
    }

    private static async Task<IReadOnlyList<RunEvent>> ReadAllAsync(OrchestrationRun run)
    {
        List<RunEvent> events = [];
        await foreach (RunEvent next in run.WatchAsync(TestEnd))
        {
            events.Add(next);
        }

        return events;
    }

    /// <summary>Moves the clock in small steps until the task is done; timers that are set meanwhile fire too.</summary>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> done, TimeSpan step, [CallerArgumentExpression(nameof(done))] string? what = null)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!done.IsCompleted)
        {
            TestEnd.ThrowIfCancellationRequested();
            Watchdog.Check(begin, $"{what}, with the clock at {Clock.GetUtcNow():O}");
            Clock.Advance(step);

            // What the step has woken comes to its turn before the next one, as far as that can be seen from outside.
            for (int i = 0; i < 1000 && (i < 20 || ThreadPool.PendingWorkItemCount > 0); i++)
            {
                await Task.Yield();
            }
        }

        return await done;
    }

    public ValueTask DisposeAsync() => _provider.DisposeInTimeAsync();
}
