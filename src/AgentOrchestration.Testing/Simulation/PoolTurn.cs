namespace AgentOrchestration.Testing.Simulation;

/// <summary>An item that the thread pool has begun and that waits for its turn, on its thread.</summary>
internal sealed class PoolTurn(SimulatedFlow flow, Thread thread)
{
    // The pool notices that a thread waits for a task, and begins others in its place.
    private readonly TaskCompletionSource _begun = new();
    private readonly TaskCompletionSource _ended = new();

    public SimulatedFlow Flow { get; } = flow;

    public Thread Thread { get; } = thread;

    public void Begin() => _begun.TrySetResult();

    public void End() => _ended.TrySetResult();

    public void AwaitBegin() => _begun.Task.Wait();

    public void AwaitEnd() => _ended.Task.Wait();
}
