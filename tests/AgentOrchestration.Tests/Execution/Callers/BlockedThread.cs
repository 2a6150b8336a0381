using System.Collections.Concurrent;

namespace AgentOrchestration.Tests.Execution.Callers;

/// <summary>A thread like that of a window: it has a synchronization context, and is blocked while it waits for a call, so that nothing that is posted to it ever runs.</summary>
internal sealed class BlockedThread : SynchronizationContext
{
    private readonly ConcurrentQueue<string> _posted = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes a call on such a thread and waits for it there.</summary>
    /// <returns>Fails when something returned to the thread, which then waits for ever.</returns>
    public static Task CallAsync(Func<Task> call)
    {
        var context = new BlockedThread();
        new Thread(() => context.Run(call)) { IsBackground = true }.Start();
        return context._done.Task.InTimeAsync(() => string.Join('\n', context._posted), "the call of a thread that is blocked");
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        _posted.Enqueue(Environment.StackTrace);
        _done.TrySetException(new InvalidOperationException($"Something returns to the thread of the caller, which is blocked:\n{Environment.StackTrace}"));
    }

    public override SynchronizationContext CreateCopy() => this;

    private void Run(Func<Task> call)
    {
        SetSynchronizationContext(this);
        try
        {
#pragma warning disable xUnit1031 // That is what such callers do.
            call().GetAwaiter().GetResult();
#pragma warning restore xUnit1031
            _done.TrySetResult();
        }
        catch (Exception exception)
        {
            _done.TrySetException(exception);
        }
    }
}
