using System.Runtime.CompilerServices;

namespace AgentOrchestration.Resources;

/// <summary>
/// Leaves the synchronization context and the task scheduler of the caller: <c>await CallerContext.Leave()</c> at the begin of what calls code of
/// the application. What that code awaits never returns to the caller's thread, which may be blocked.
/// </summary>
internal static class CallerContext
{
    public static Departure Leave() => default;

    /// <summary>Continues on the same thread without its synchronization context, or on the thread pool when a task scheduler is in the way.</summary>
    public readonly struct Departure : ICriticalNotifyCompletion
    {
        public bool IsCompleted => SynchronizationContext.Current is null && TaskScheduler.Current == TaskScheduler.Default;

        public Departure GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation)
        {
            if (TaskScheduler.Current != TaskScheduler.Default)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static continuation => continuation(), continuation, preferLocal: true);
                return;
            }

            SynchronizationContext? left = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(null);
            try
            {
                continuation();
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(left);
            }
        }
    }
}
