using System.Diagnostics.Tracing;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>
/// Notices what the calling thread queues to the thread pool, by whatever call: the runtime writes an event for each item, which is
/// handled on the thread that queues it, before the item is in the queue. Items that leave their execution context behind are nobody's
/// and are not noticed; nothing is where event sources are switched off.
/// </summary>
internal sealed class PoolQueue : EventListener
{
    private const string Source = "System.Diagnostics.Eventing.FrameworkEventSource";
    private const string Queued = "ThreadPoolEnqueueWork";
    private const EventKeywords PoolKeywords = (EventKeywords)0x12;
    private const int MostTries = 1_000;

    [ThreadStatic]
    private static PoolTurns? _watching;

    [ThreadStatic]
    private static bool _hasNoticed;

    [ThreadStatic]
    private static Exception? _thrown;

    private static readonly Lazy<PoolQueue> Instance = new(Create);

    private PoolQueue()
    {
    }

    /// <summary>From now on the calling thread's items are expected there.</summary>
    public static void Watch(PoolTurns? turns)
    {
        if (turns is not null)
        {
            _ = Instance.Value;
        }

        _watching = turns;
        _thrown = null;
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
        {
            EnableEvents(eventSource, EventLevel.Verbose, PoolKeywords);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName != Queued)
        {
            return;
        }

        _hasNoticed = true;
        if (_watching is not { } turns || ExecutionContext.IsFlowSuppressed())
        {
            return;
        }

        switch (PoolItem.KindOfQueued())
        {
            case PoolItemKind.Flows:
                turns.Expect();
                break;
            case PoolItemKind.Throws:
                turns.ExpectFatal(_thrown);
                break;
        }
    }

    /// <summary>The pool finds out after a while that there is a listener.</summary>
    private static PoolQueue Create()
    {
        AppDomain.CurrentDomain.FirstChanceException += static (_, first) =>
        {
            if (_watching is not null)
            {
                _thrown = first.Exception;
            }
        };
        var queue = new PoolQueue();
        _hasNoticed = false;
        for (int tried = 0; !_hasNoticed && tried < MostTries; tried++)
        {
            var ran = new TaskCompletionSource();
            ThreadPool.UnsafeQueueUserWorkItem(static ran => ran.SetResult(), ran, preferLocal: false);
            ran.Task.Wait();
        }

        return queue;
    }
}
