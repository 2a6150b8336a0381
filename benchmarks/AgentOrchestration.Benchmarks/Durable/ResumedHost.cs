using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>A host of runs whose last subtask never ends by itself, so that they can be left and resumed any number of times.</summary>
internal sealed class ResumedHost : IAsyncDisposable
{
    public const string TaskType = "nothing";

    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ServiceProvider _services;
    private readonly string _last;

    public ResumedHost(DurableBed bed, string last, int concurrency)
    {
        _last = last;
        var services = new ServiceCollection();
        bed.Use(services.AddAgentOrchestration(options => options.Runs.MaxParallelism = concurrency)
            .AddTaskType(TaskType, "Does nothing.", async (None _, TaskContext context, CancellationToken stop) => await WorkAsync(context.Subtask.Id, stop)));
        _services = services.BuildServiceProvider();
    }

    public ITaskOrchestrator Orchestrator => _services.GetRequiredService<ITaskOrchestrator>();

    public IRunStore Store => _services.GetRequiredService<IRunStore>();

    /// <summary>The code of the last subtask runs.</summary>
    public Task ReachedLast => _reached.Task;

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private async ValueTask<Answer> WorkAsync(string subtask, CancellationToken stop)
    {
        if (subtask == _last)
        {
            _reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop);
        }

        return Answer.Instance;
    }
}
