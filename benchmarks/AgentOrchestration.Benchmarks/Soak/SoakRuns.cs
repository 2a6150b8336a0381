using AgentOrchestration.Benchmarks.Durable;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Soak;

/// <summary>An application in memory and one with an SQLite file, and runs of all kinds in them.</summary>
internal sealed class SoakRuns : IAsyncDisposable
{
    private const string Work = "work";

    /// <summary>Of so many runs one is durable: a flush of the disk takes longer than a whole run in memory.</summary>
    private const int DurableOnceIn = 50;

    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _memory;
    private readonly ServiceProvider _durable;
    private readonly (TaskPlan Plan, Func<OrchestrationRun, CancellationToken, Task> During, RunOutcome Outcome)[] _kinds;

    public SoakRuns()
    {
        _memory = Create(database: null);
        _durable = Create(_folder.PathOf("runs.db"));
        _kinds =
        [
            (Chain(), WatchAsync, RunOutcome.Succeeded),
            (Fan(), (_, _) => Task.CompletedTask, RunOutcome.Succeeded),
            (Of(plan => plan.Add("all", "sum", after: [plan.Add("bad", "flaky"), plan.Add("worse", "flaky")])), StopWatchingAsync, RunOutcome.Succeeded),
            (Of(plan => plan.Add("slow", "hang", options: new() { Policy = new SubtaskPolicy { Timeout = TimeSpan.FromMilliseconds(1) } })), (_, _) => Task.CompletedTask, RunOutcome.Failed),
            (Of(plan => plan.Add("endless", "hang")), CancelAsync, RunOutcome.Cancelled),
            (Of(plan => plan.Add("asked", Work, options: new() { Policy = new SubtaskPolicy { RequiresApproval = true } })), ApproveAsync, RunOutcome.Succeeded),
            (Growing(), WatchAsync, RunOutcome.Succeeded),
            (Of(plan =>
            {
                for (int i = 0; i < 8; i++)
                {
                    plan.Add($"gpu{i}", "resource");
                }
            }), (_, _) => Task.CompletedTask, RunOutcome.Succeeded),
            (Of(plan => plan.Add("throws", "broken", after: [plan.Add("undone", Work)])), WatchAsync, RunOutcome.Failed),
        ];
    }

    /// <summary>Runs one of the kinds by turns.</summary>
    public async Task RunAsync(long number, CancellationToken cancellationToken)
    {
        (TaskPlan plan, Func<OrchestrationRun, CancellationToken, Task> during, RunOutcome expected) = _kinds[number % _kinds.Length];
        ServiceProvider application = number % DurableOnceIn == 0 ? _durable : _memory;
        string runId;
        await using (OrchestrationRun run = await application.GetRequiredService<ITaskOrchestrator>().StartAsync(plan, cancellationToken))
        {
            runId = run.RunId;
            await during(run, cancellationToken);
            RunResult result = await run.WaitAsync(cancellationToken);
            if (result.Outcome != expected)
            {
                throw new InvalidOperationException($"Run {number} is {result.Outcome}, not {expected}.");
            }
        }

        if (application == _durable)
        {
            await application.GetRequiredService<IRunStore>().DeleteAsync(runId, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _memory.DisposeAsync();
        await _durable.DisposeAsync();
        _folder.Dispose();
    }

    private static ServiceProvider Create(string? database)
    {
        var services = new ServiceCollection();
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration()
            .AddResource("gpu", 3)
            .AddTaskType(Work, "Works.", async (None _, TaskContext context, CancellationToken _) =>
            {
                context.ReportProgress(0.5, "half");
                await Task.Yield();
                return context.Subtask.Id;
            })
            .AddTaskType("sum", "Ends.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(new string('x', 1000)))
            .AddTaskType("echo", "Repeats.", (int item, TaskContext _, CancellationToken _) => ValueTask.FromResult(item), type => type.Effect = TaskEffect.Pure)
            .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<int[]>([1, 2, 3, 4]))
            .AddTaskType("flaky", "Fails once.", (None _, TaskContext context, CancellationToken _) =>
                context.Attempt == 1 ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult("good"), type => (type.Retry.MaxAttempts, type.Retry.Delay) = (2, TimeSpan.FromMilliseconds(1)))
            .AddTaskType("broken", "Fails.", ValueTask<string> (None _, TaskContext _, CancellationToken _) => throw new InvalidDataException("Bad data."))
            .AddTaskType("hang", "Waits to be stopped.", async (None _, TaskContext _, CancellationToken stop) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
                return "never";
            })
            .AddTaskType("grows", "Adds subtasks.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.AddSubtasks(plan => plan.Add("more", Work, after: [plan.Add("some", Work)]));
                return ValueTask.FromResult("grown");
            })
            .AddTaskType("resource", "Uses a GPU.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"), type => type.Resources = ResourceRequirements.Of("gpu", 1));
        if (database is not null)
        {
            builder.UseSqlite(database);
        }

        return services.BuildServiceProvider();
    }

    private static TaskPlan Of(Action<TaskPlanBuilder> plan) => TaskPlan.Create(plan);

    private static TaskPlan Chain() => Of(plan =>
    {
        SubtaskRef? last = null;
        for (int i = 0; i < 10; i++)
        {
            last = plan.Add($"step{i}", Work, after: last is { } before ? [before] : []);
        }
    });

    private static TaskPlan Fan() => Of(plan => plan.Add("join", "sum", after: [.. Enumerable.Range(0, 10).Select(i => plan.Add($"part{i}", Work))]));

    private static TaskPlan Growing() => Of(plan =>
    {
        SubtaskRef list = plan.Add("list", "list", after: [plan.Add("grows", "grows")]);
        SubtaskRef each = plan.ForEach("each", list.Output(), "echo");
        plan.AddPlan("nested", TaskPlan.Create(inner => inner.Add("inner", Work)), after: [each]);
    });

    private static async Task WatchAsync(OrchestrationRun run, CancellationToken cancellationToken)
    {
        await foreach (RunEvent _ in run.WatchAsync(cancellationToken))
        {
        }
    }

    /// <summary>A reader that loses interest.</summary>
    private static async Task StopWatchingAsync(OrchestrationRun run, CancellationToken cancellationToken)
    {
        await foreach (RunEvent _ in run.WatchAsync(cancellationToken))
        {
            break;
        }
    }

    private static async Task CancelAsync(OrchestrationRun run, CancellationToken cancellationToken)
    {
        await SeeAsync<AttemptStarted>(run, cancellationToken);
        await run.CancelAsync(cancellationToken);
    }

    private static async Task ApproveAsync(OrchestrationRun run, CancellationToken cancellationToken) =>
        await run.ApproveAsync(await SeeAsync<ApprovalRequested>(run, cancellationToken), cancellationToken: cancellationToken);

    private static async Task<TEvent> SeeAsync<TEvent>(OrchestrationRun run, CancellationToken cancellationToken)
        where TEvent : RunEvent
    {
        await foreach (RunEvent next in run.WatchAsync(cancellationToken))
        {
            if (next is TEvent seen)
            {
                return seen;
            }
        }

        throw new InvalidOperationException($"The run ended without {typeof(TEvent).Name}.");
    }
}
