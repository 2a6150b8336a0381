using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Execution;

/// <summary>What code of a task type sees, whether it does work or undoes it.</summary>
internal abstract class LocalContext(LocalRun run, int index, int number, CancellationTokenSource stopSource) : TaskContext
{
    private IServiceScope? _scope;

    public int Index { get; } = index;

    /// <summary>Cancelled when the code has to stop.</summary>
    public CancellationTokenSource StopSource { get; } = stopSource;

    public override int Attempt { get; } = number;

    public override string RunId => Run.RunId;

    public override Subtask Subtask => Run.Graph.SubtaskAt(Index);

    public override TaskDescriptor TaskType => Run.Graph.TaskTypes[Index];

    public override TimeProvider TimeProvider => Run.Executor.TimeProvider;

    public override IServiceProvider Services => (_scope ??= Run.Executor.Scopes.CreateScope()).ServiceProvider;

    internal override string Redact(string text) => Run.Redact(text);

    protected LocalRun Run { get; } = run;

    protected bool HasScope => _scope is not null;

    /// <summary>Tells the code to stop. Waits for none of its callbacks.</summary>
    public void Stop() => _ = StopAsync();

    protected ValueTask DisposeScopeAsync()
    {
        if (_scope is IAsyncDisposable scope)
        {
            return scope.DisposeAsync();
        }

        _scope?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task StopAsync()
    {
        try
        {
            await Run.Executor.Workers.CancelAsync(StopSource).ConfigureAwait(true);
        }
        catch (AggregateException exception)
        {
            // A callback that the code registered on its token threw; the code itself still decides how the attempt ends.
            ExecutionLog.CancellationCallbackThrew(Run.Executor.Logger, exception, RunId);
        }
    }
}
