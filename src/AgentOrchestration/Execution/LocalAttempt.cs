using System.Runtime.CompilerServices;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Execution;

/// <summary>
/// One attempt on the thread pool. Its lease goes back when its code has returned, whatever the run has decided about it meanwhile.
/// </summary>
#pragma warning disable CA1001 // A token source without a timer or a handle needs no disposal; the timer is disposed where the code has returned.
internal sealed class LocalAttempt(LocalRun run, int index, int number, ResourceLease? lease) : TaskContext, IThreadPoolWorkItem
#pragma warning restore CA1001
{
    // Of its own, so that a callback that blocks holds up no other attempt's.
    private readonly CancellationTokenSource _stop = new();
    private ValueTaskAwaiter<object?> _code;
    private AsyncServiceScope? _scope;
    private ITimer? _timer;
    private int _phase = Phase.Queued;

    public int Index { get; } = index;

    public override int Attempt { get; } = number;

    public override string RunId => run.RunId;

    public override Subtask Subtask => run.Graph.Subtasks[Index];

    public override TaskDescriptor TaskType => run.Graph.TaskTypes[Index];

    public override TimeProvider TimeProvider => run.Executor.TimeProvider;

    public override IServiceProvider Services => (_scope ??= run.Executor.Scopes.CreateAsyncScope()).ServiceProvider;

    /// <summary>What the attempt holds.</summary>
    public ResourceLease? Lease { get; } = lease;

    /// <summary>The input, once the attempt has started.</summary>
    public object? Input { get; private set; }

    /// <summary>Whether the attempt is no longer waited for.</summary>
    public bool IsAbandoned { get; set; }

    public override void ReportProgress(double fraction, string? message = null) => run.Report(this, fraction, message);

    /// <summary>Takes back an attempt whose code has not begun; it never will.</summary>
    public bool TryRevoke() => Interlocked.CompareExchange(ref _phase, Phase.Revoked, Phase.Queued) == Phase.Queued;

    /// <summary>Tells the code to stop. Waits for none of its callbacks.</summary>
    public void Stop() => _ = TellAsync();

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
        if (Interlocked.CompareExchange(ref _phase, Phase.Running, Phase.Queued) != Phase.Queued)
        {
            return null;
        }

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

        if (Interlocked.Exchange(ref _phase, Phase.Returned) == Phase.TimedOut)
        {
            exception = TimeoutError();
        }

        _timer?.Dispose();
        return run.Complete(this, output, exception);
    }

    private async ValueTask<object?> ExecuteAsync()
    {
        try
        {
            Input = run.Inputs.Bind(Index);
            if (TaskType.Options.Timeout is { } limit)
            {
                _timer = TimeProvider.CreateTimer(static attempt => ((LocalAttempt)attempt!).OnTimer(), this, limit, Timeout.InfiniteTimeSpan);
            }

            return TaskType.Accept(await run.Executor.Pipeline(this, _stop.Token).ConfigureAwait(false));
        }
        finally
        {
            if (_scope is { } scope)
            {
                await scope.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The first time the attempt's time is up; the second time it has ignored that.</summary>
    private void OnTimer()
    {
        if (Interlocked.CompareExchange(ref _phase, Phase.TimedOut, Phase.Running) == Phase.Running)
        {
            _timer?.Change(run.Options.AbandonAfter, Timeout.InfiniteTimeSpan);
            Stop();
        }
        else if (Volatile.Read(ref _phase) == Phase.TimedOut)
        {
            run.Abandon(this, TimeoutError());
        }
    }

    private TimeoutException TimeoutError() => new($"The attempt did not end within its timeout of {TaskType.Options.Timeout}.");

    private async Task TellAsync()
    {
        try
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            // A callback that the code registered on its token threw; the code itself still decides how the attempt ends.
            ExecutionLog.CancellationCallbackThrew(run.Executor.Logger, exception, RunId);
        }
    }

    private static class Phase
    {
        public const int Queued = 0;
        public const int Running = 1;
        public const int TimedOut = 2;
        public const int Returned = 3;
        public const int Revoked = 4;
    }
}
