using System.Runtime.CompilerServices;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Execution;

/// <summary>
/// One attempt on the thread pool. Its lease goes back when its code has returned, whatever the run has decided about it meanwhile.
/// </summary>
#pragma warning disable CA1001 // The timeout is disposed where the code has returned, which is the end of the attempt.
internal sealed class LocalAttempt(LocalRun run, int index, int number, ResourceLease? lease) : TaskContext, IThreadPoolWorkItem
#pragma warning restore CA1001
{
    private ValueTaskAwaiter<object?> _code;
    private AsyncServiceScope? _scope;
    private AttemptTimeout? _timeout;

    public int Index { get; } = index;

    public override int Attempt { get; } = number;

    public override string RunId => run.RunId;

    public override Subtask Subtask => run.Graph.Subtasks[Index];

    public override TaskDescriptor TaskType => run.Graph.TaskTypes[Index];

    public override TimeProvider TimeProvider => run.Executor.TimeProvider;

    public override IServiceProvider Services => (_scope ??= run.Executor.Scopes.CreateAsyncScope()).ServiceProvider;

    /// <summary>The input, once the attempt has started.</summary>
    public object? Input { get; private set; }

    /// <summary>Why the attempt was told to stop, when its time was up.</summary>
    public TimeoutException? TimeoutError => _timeout?.Error;

    public override void ReportProgress(double fraction, string? message = null) => run.Report(this, fraction, message);

    /// <summary>Runs this attempt, and on the same thread whatever it makes ready, as long as code returns at once.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        LocalAttempt? next = this;
        while (next is not null)
        {
            next = next.Begin();
        }
    }

    /// <returns>What to run next on this thread, or <see langword="null"/>.</returns>
    private LocalAttempt? Begin()
    {
        run.RestoreContext();
#pragma warning disable CA2012 // Consumed once, by End.
        _code = ExecuteAsync().GetAwaiter();
#pragma warning restore CA2012
        if (_code.IsCompleted)
        {
            return End();
        }

        _code.UnsafeOnCompleted(EndLater);
        return null;
    }

    /// <summary>The thread that completed the code is not ours to keep: what becomes ready goes to the pool.</summary>
    private void EndLater()
    {
        if (End() is { } next)
        {
            ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: true);
        }
    }

    private LocalAttempt? End()
    {
        object? output = null;
        Exception? exception = null;
        try
        {
            output = _code.GetResult();
        }
        catch (Exception thrown)
        {
            exception = thrown;
        }

        _timeout?.Dispose();
        lease?.Dispose();
        return run.Complete(this, output, exception);
    }

    private async ValueTask<object?> ExecuteAsync()
    {
        try
        {
            Input = run.Inputs.Bind(Index);
            CancellationToken stop = run.Stopping;
            if (TaskType.Options.Timeout is { } limit)
            {
                _timeout = new AttemptTimeout(run, this, limit);
                stop = _timeout.Token;
            }

            return await run.Executor.Pipeline(this, stop).ConfigureAwait(false);
        }
        finally
        {
            if (_scope is { } scope)
            {
                await scope.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
