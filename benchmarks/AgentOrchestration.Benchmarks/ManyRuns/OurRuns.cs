using System.Globalization;
using AgentOrchestration.Resources;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.ManyRuns;

/// <summary>Runs of this library.</summary>
internal sealed class OurRuns : IContender
{
    private const string TaskType = "work";
    private const string First = "first";
    private const string Second = "second";

    private readonly SubtaskBody _body;
    private readonly ServiceProvider _services;
    private readonly ITaskOrchestrator _orchestrator;
    private readonly TaskPlan _plan;

    public OurRuns(SharedLimit limit, int subtasks, SubtaskBody body)
    {
        _body = body;
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration(options =>
        {
            options.Runs.MaxParallelism = subtasks;
            options.MaxParallelismTotal = limit == SharedLimit.TotalLimit ? SharedLimits.Places : null;
        });
        builder.AddTaskType<None, None>(TaskType, "Works.", RunAsync, options => Configure(options, limit));
        if (limit == SharedLimit.ReplenishingPool)
        {
            builder.AddResource(First, SharedLimits.Places, TimeSpan.FromMicroseconds(10));
        }
        else
        {
            builder.AddResource(First, SharedLimits.Places).AddResource(Second, SharedLimits.Places);
        }

        _services = builder.Services.BuildServiceProvider();
        _orchestrator = _services.GetRequiredService<ITaskOrchestrator>();
        _plan = TaskPlan.Create(plan =>
        {
            for (int i = 0; i < subtasks; i++)
            {
                plan.Add(i.ToString(CultureInfo.InvariantCulture), TaskType);
            }
        });
    }

    public async Task RunAsync(int runs)
    {
        _body.Close();
        OrchestrationRun[] started = await Task.WhenAll(Enumerable.Range(0, runs).Select(_ => _orchestrator.StartAsync(_plan)));
        _body.Open();
        foreach (OrchestrationRun run in started)
        {
            if ((await run.WaitAsync()).Outcome != RunOutcome.Succeeded)
            {
                throw new InvalidOperationException("A run did not succeed.");
            }

            await run.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static void Configure(TaskTypeOptions options, SharedLimit limit)
    {
        switch (limit)
        {
            case SharedLimit.Pool or SharedLimit.ReplenishingPool:
                options.Resources = ResourceRequirements.Of(First, 1);
                break;
            case SharedLimit.TwoPools:
                options.Resources = ResourceRequirements.Of(new ResourceAmount(First, 1), new ResourceAmount(Second, 1));
                break;
            case SharedLimit.TypeLimit:
                options.MaxConcurrency = SharedLimits.Places;
                break;
            case SharedLimit.KeyLimit:
                options.MaxConcurrency = 1;
                options.ConcurrencyKey = static subtask => (int.Parse(subtask.Id, CultureInfo.InvariantCulture) % SharedLimits.Places).ToString(CultureInfo.InvariantCulture);
                break;
        }
    }

    private async ValueTask<None> RunAsync(None input, TaskContext context, CancellationToken cancellationToken)
    {
        await _body.RunAsync();
        return None.Value;
    }
}
