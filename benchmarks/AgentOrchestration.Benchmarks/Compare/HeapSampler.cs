namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>The largest the managed heap becomes, garbage that is not yet collected included, looked at every millisecond.</summary>
internal sealed class HeapSampler : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stopped;

    public HeapSampler()
    {
        _thread = new Thread(Watch) { IsBackground = true, Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    public long Largest { get; private set; }

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
    }

    private void Watch()
    {
        while (!_stopped)
        {
            Largest = Math.Max(Largest, GC.GetTotalMemory(forceFullCollection: false));
            Thread.Sleep(1);
        }
    }
}
