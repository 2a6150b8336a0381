using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Execution;

/// <summary>What code of a task type sees, whether it does work or undoes it.</summary>
internal abstract class LocalContext(LocalRun run, int index, int number) : TaskContext
{
    private IServiceScope? _scope;
    private CancellationTokenSource? _stop;

    public int Index { get; } = index;

    public override int Attempt { get; } = number;

    public override string RunId => Run.RunId;

    public override Subtask Subtask => Run.Graph.SubtaskAt(Index);

    public override TaskDescriptor TaskType => Run.Graph.TaskTypes[Index];

    public override TimeProvider TimeProvider => Run.Executor.TimeProvider;

    public override IServiceProvider Services => (_scope ??= Run.Executor.Scopes.CreateScope()).ServiceProvider;

    protected LocalRun Run { get; } = run;

    protected bool HasScope => _scope is not null;

    /// <summary>Makes the token that is cancelled when the code has to stop.</summary>
    protected CancellationToken BeginStopping()
    {
        CancellationTokenSource stop = StopSource.Rent();
        Volatile.Write(ref _stop, stop);
        return stop.Token;
    }

    /// <summary>Tells the code to stop. Waits for none of its callbacks.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stop, null) is { } stop)
        {
            _ = TellAsync(stop);
        }
    }

    protected ValueTask DisposeScopeAsync()
    {
        if (_scope is IAsyncDisposable scope)
        {
            return scope.DisposeAsync();
        }

        _scope?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The code has returned: nothing can tell it to stop any more.</summary>
    protected void EndStopping()
    {
        if (Interlocked.Exchange(ref _stop, null) is { } stop)
        {
            StopSource.Return(stop);
        }
    }

    private async Task TellAsync(CancellationTokenSource stop)
    {
        try
        {
            await Run.Executor.Workers.CancelAsync(stop).ConfigureAwait(true);
        }
        catch (AggregateException exception)
        {
            // A callback that the code registered on its token threw; the code itself still decides how the attempt ends.
            ExecutionLog.CancellationCallbackThrew(Run.Executor.Logger, exception, RunId);
        }
    }
}
