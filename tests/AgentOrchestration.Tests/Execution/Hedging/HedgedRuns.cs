using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Hedging;

/// <summary>Runs whose first attempt is slow, with an engine that knows that a second is usual.</summary>
internal static class HedgedRuns
{
    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Starts a run, and continues when the second attempt has started.</summary>
    public static async Task<OrchestrationRun> StartBothAsync(Engine engine, Action<TaskPlanBuilder>? plan = null)
    {
        OrchestrationRun run = await engine.StartAsync(plan ?? (only => only.Add("only", "work")));
        await engine.AdvanceUntilAsync(Engine.SeeAsync<AttemptStarted>(run, start => start.HedgeOf is not null), Second / 10);
        return run;
    }

    public static Engine EngineFor(
        Func<TaskContext, CancellationToken, ValueTask<string[]>> work,
        bool isDurable = false,
        Action<IAgentOrchestrationBuilder>? configure = null,
        Action<IServiceCollection>? services = null,
        double share = 1,
        TaskEffect effect = TaskEffect.Read)
    {
        var engine = new Engine(
            builder =>
            {
                builder.AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken stop) => work(context, stop), options => options.Effect = effect);
                builder.AddTaskType("take", "Takes.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("taken"));
                if (isDurable)
                {
                    builder.UseRunStore(new MemoryRunStore(TimeProvider.System));
                }

                configure?.Invoke(builder);
            },
            options =>
            {
                options.Runs.Extra = new ExtraWork { HedgeShare = share };

                // The clock of the tests does not wait for code that stops.
                options.Runs.CancellationGracePeriod = TimeSpan.FromDays(1);
            },
            services);
        Observe(engine, "work");
        return engine;
    }

    public static void Observe(Engine engine, string taskType)
    {
        var observed = engine.Services.GetRequiredService<IObservedDurations>();
        for (int i = 0; i < 10; i++)
        {
            observed.Observe(new Subtask { Id = "before", TaskType = taskType }, Second);
        }
    }
}
