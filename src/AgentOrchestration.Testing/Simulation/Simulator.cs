using AgentOrchestration.Execution;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Planning;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>Plays one run.</summary>
internal sealed class Simulator(ServiceProvider services, SimulationThread thread, SimulationScript script)
{
    /// <summary>How long abandoned attempts are played on when their run has ended.</summary>
    private static readonly TimeSpan AbandonedGrace = TimeSpan.FromHours(1);

    private readonly List<RunEvent> _events = [];

    private RunOptions Options => services.GetRequiredService<IOptions<AgentOrchestrationOptions>>().Value.Runs;

    public SimulatedRun Run(TaskGraph graph) => Run(() => StartAsync(graph));

    /// <summary>Plans and runs a request, as an orchestrator does.</summary>
    public SimulatedRun Run(OrchestrationRequest request) => Run(() => StartAsync(request));

    private async Task<OrchestrationRun> StartAsync(TaskGraph graph) =>
        new(await services.GetRequiredService<IExecutor>().StartAsync(graph, Options, CancellationToken.None).ConfigureAwait(false), Options, services, Task.CompletedTask);

    private async Task<OrchestrationRun> StartAsync(OrchestrationRequest request)
    {
        Planner planner = services.GetRequiredService<Planner>();
        if (EarlyApproval.IsAllowed(planner, Options))
        {
            var waiting = new EarlyApproval(
                planner,
                services.GetRequiredService<IExecutor>(),
                Options,
                (start, options) => start() is { } begun ? new OrchestrationRun(begun, options, services, Task.CompletedTask) : null);
            (TaskGraph approved, OrchestrationRun? begun) = await waiting.PlanAsync(request, CancellationToken.None).ConfigureAwait(false);
            if (begun is not null)
            {
                return begun;
            }

            return await StartAsync(approved).ConfigureAwait(false);
        }

        if (!planner.StartsEarly)
        {
            return await StartAsync(await planner.PlanToStartAsync(request, refusal: null, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
        }

        var early = new EarlyStart(
            planner,
            services.GetRequiredService<PlanChecker>(),
            services.GetRequiredService<ITaskTypeRegistry>(),
            services.GetRequiredService<IExecutor>(),
            Options,
            start => start() is { } run ? new OrchestrationRun(run, Options, services, Task.CompletedTask) : null);
        (TaskGraph graph, OrchestrationRun? run) = await early.PlanAsync(request, CancellationToken.None).ConfigureAwait(false);
        if (run is not null)
        {
            return run;
        }

        return await StartAsync(graph).ConfigureAwait(false);
    }

    private SimulatedRun Run(Func<Task<OrchestrationRun>> startAsync) => thread.Do(() =>
    {
        Task<OrchestrationRun> starting = startAsync();
        thread.RunWhile(() => !starting.IsCompleted);
        if (!starting.IsCompleted)
        {
            throw SimulationException.Of(
                thread.Seed, $"The run cannot be simulated. {thread.Defect?.What ?? "Planning waits for something that the simulation does not know, or that never comes."}", [], thread.Defect?.Thrown);
        }

#pragma warning disable CA2000 // The run is disposed below, or left as it is when it cannot go on.
        OrchestrationRun run = starting.GetAwaiter().GetResult();
#pragma warning restore CA2000
        Task<RunOutcome> completion = run.Completion;
        Play(run, completion);
        if (thread.Defect is { } defect)
        {
            throw SimulationException.Of(thread.Seed, $"The run {run.RunId} cannot be simulated. {defect.What}", SoFar(run), defect.Thrown);
        }

        var result = new RunResult(completion.GetAwaiter().GetResult(), run.GetSnapshot);
        _ = run.DisposeAsync().AsTask();
        return new SimulatedRun(thread.Seed, result, [.. _events], services);
    });

    private void Play(OrchestrationRun run, Task completion)
    {
        Task recording = services.GetRequiredService<WorkerPool>().RunAsync(() => RecordAsync(run));
        ITimer[] moments =
        [
            .. script.Moments.Select(moment => thread.Clock.CreateTimer(_ => _ = DoAsync(() => moment.Action(run)), null, moment.Time, Timeout.InfiniteTimeSpan)),
        ];
        thread.RunWhile(() => !recording.IsCompleted || !completion.IsCompleted);
        if (!recording.IsCompleted || !completion.IsCompleted)
        {
            thread.Fail(WhyStuck(run));
            return;
        }

        Array.ForEach(moments, moment => moment.Dispose());
        TimeSpan end = thread.Clock.Elapsed + AbandonedGrace;
        thread.RunWhile(() => !thread.IsIdle || (thread.Out.Count > 0 && thread.Clock.NextDue <= end));
    }

    /// <summary>What has happened, whether the reader in the simulation has seen it or not.</summary>
    private static List<RunEvent> SoFar(OrchestrationRun run)
    {
        List<RunEvent> events = [];
        IAsyncEnumerator<RunEvent> reader = run.WatchAsync().GetAsyncEnumerator();
        for (Task<bool> next = reader.MoveNextAsync().AsTask(); next is { IsCompletedSuccessfully: true, Result: true }; next = reader.MoveNextAsync().AsTask())
        {
            events.Add(reader.Current);
        }

        return events;
    }

    private async Task RecordAsync(OrchestrationRun run)
    {
        await foreach (RunEvent next in run.WatchAsync().ConfigureAwait(false))
        {
            _events.Add(next);
            foreach (Func<OrchestrationRun, RunEvent, ValueTask> reader in script.Readers)
            {
                _ = DoAsync(() => reader(run, next));
            }
        }
    }

    /// <summary>What the script does may take its time; nothing waits for it.</summary>
    private async Task DoAsync(Func<ValueTask> action)
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            thread.Fail($"The script threw: {exception.Message}", exception);
        }
    }

    private string WhyStuck(OrchestrationRun run)
    {
        RunSnapshot snapshot = run.GetSnapshot();
        string[] reasons =
        [
            .. thread.Out.Select(flow =>
                $"{flow} waits for something that the simulation does not know, or that never comes. Wait only for the context, other code of the simulation, and Task.Delay and the like "
                + "with context.TimeProvider: no system clock, no I/O, no threads of its own."),
            .. snapshot.Subtasks.Where(subtask => subtask.PendingApproval is not null).Select(subtask =>
                $"'{subtask.Subtask.Id}' waits for an approval: script.On<ApprovalRequested>(async (run, request) => await run.ApproveAsync(request))."),
            .. snapshot.Subtasks.Where(subtask => subtask.Compensation == CompensationState.Running).Select(subtask => $"Undoing '{subtask.Subtask.Id}' does not end."),
        ];
        string more = snapshot is { ExhaustedBudget: { } limit, StopReason: null }
            ? $" Its budget of {limit} is used up: script.On<BudgetExhausted>(async (run, _) => await run.ExtendBudgetAsync(…))."
            : snapshot.PausedSince is not null ? " It is paused: let the script continue it (run.ContinueAsync())."
            : "";
        return $"Nothing is left to do and no timer is set, but the run has not ended. {string.Join(' ', reasons)}{more}";
    }
}
