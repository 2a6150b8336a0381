using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>What code of a task type sees, whether it does work or undoes it.</summary>
internal abstract class LocalContext(LocalRun run, int index, int number, CancellationTokenSource stopSource) : TaskContext
{
    private AttemptScope? _scope;

    public int Index { get; } = index;

    /// <summary>Cancelled when the code has to stop.</summary>
    public CancellationTokenSource StopSource { get; } = stopSource;

    public override int Attempt { get; } = number;

    public override string RunId => Run.RunId;

    public override Subtask Subtask => Run.Graph.SubtaskAt(Index);

    public override TaskDescriptor TaskType => Run.Graph.TaskTypes[Index];

    public override TimeProvider TimeProvider => Run.Executor.TimeProvider;

    public override IServiceProvider Services => ScopeOfAttempt.Services ?? throw new ObjectDisposedException(
        $"{nameof(TaskContext)}.{nameof(Services)}",
        $"Attempt {Attempt} of the subtask '{Subtask.Id}' has ended, and its services with it. Take what the code needs before it returns, and await everything that it starts.");

    internal override string Redact(string text) => Run.Redact(text);

    protected LocalRun Run { get; } = run;

    private AttemptScope ScopeOfAttempt =>
        Volatile.Read(ref _scope) ?? Interlocked.CompareExchange(ref _scope, new AttemptScope(Run.Executor.Scopes), null) ?? _scope;

    /// <summary>Tells the code to stop. Waits for none of its callbacks.</summary>
    public void Stop() => _ = StopAsync();

    /// <summary>From now on no scope is made.</summary>
    /// <returns>The scope to end; <see langword="null"/> when nobody has asked for it.</returns>
    protected AttemptScope? TakeScope() => Interlocked.CompareExchange(ref _scope, AttemptScope.Ended, null);

    private async Task StopAsync()
    {
        try
        {
            await Run.Executor.Workers.CancelAsync(StopSource).ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            // A callback that the code registered on its token threw; the code itself still decides how the attempt ends.
            ExecutionLog.CancellationCallbackThrew(Run.Executor.Logger, exception, RunId);
        }
    }
}
