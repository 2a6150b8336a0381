using AgentOrchestration.Execution.Run;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>What code of a task type sees, whether it does work or undoes it.</summary>
internal abstract class LocalContext(LocalRun run, int index, int number, CancellationTokenSource stopSource) : TaskContext
{
    private IServiceScope? _scope;

    public int Index { get; } = index;

    /// <summary>Cancelled when the code has to stop.</summary>
    public CancellationTokenSource StopSource { get; } = stopSource;

    public override int Attempt { get; } = number;

    public override string RunId => Run.Environment.RunId;

    public override Subtask Subtask => Run.Environment.Graph.SubtaskAt(Index);

    public override TaskDescriptor TaskType => Run.Environment.Graph.TaskTypes[Index];

    public override TimeProvider TimeProvider => Run.Environment.Executor.TimeProvider;

    public override IServiceProvider Services
    {
        get
        {
            IServiceScope scope = Volatile.Read(ref _scope) ?? MakeScope();
            return scope is not EndedScope ? scope.ServiceProvider : throw new ObjectDisposedException(
                $"{nameof(TaskContext)}.{nameof(Services)}",
                $"Attempt {Attempt} of the subtask '{Subtask.Id}' has ended, and its services with it. Take what the code needs before it returns, and await everything that it starts.");
        }
    }

    internal override int RunPriority => Run.Environment.Options.Priority;

    public override string Redact(string text) => Run.Environment.Redact(text);

    protected LocalRun Run { get; } = run;

    /// <summary>Asks the code to stop. Waits for none of its callbacks.</summary>
    public void Stop() => _ = StopAsync();

    /// <summary>From now on no scope is made.</summary>
    /// <returns>The scope to end; <see langword="null"/> when nobody has asked for it.</returns>
    protected IServiceScope? TakeScope() =>
        Interlocked.CompareExchange(ref _scope, EndedScope.Instance, null) is null ? null : Interlocked.Exchange(ref _scope, EndedScope.Instance);

    /// <summary>Disposes of a scope and of what it made.</summary>
    protected static ValueTask EndAsync(IServiceScope scope)
    {
        if (scope is IAsyncDisposable disposable)
        {
            return disposable.DisposeAsync();
        }

        scope.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>One scope for all that ask at the same time. The source of the stop is the attempt's own, and nobody else locks it.</summary>
    private IServiceScope MakeScope()
    {
        lock (StopSource)
        {
            if (Volatile.Read(ref _scope) is { } made)
            {
                return made;
            }

            IServiceScope scope = Run.Environment.Executor.Scopes.CreateScope();
            if (Interlocked.CompareExchange(ref _scope, scope, null) is not { } ended)
            {
                return scope;
            }

            scope.Dispose();
            return ended;
        }
    }

    private async Task StopAsync()
    {
        try
        {
            await Run.Environment.Executor.Workers.CancelAsync(StopSource).ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            // A callback that the code registered on its token threw; the code itself still decides how the attempt ends.
            ExecutionLog.CancellationCallbackThrew(Run.Environment.Executor.Logger, Run.Environment.Shown(Index, exception), RunId);
        }
    }
}
