using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Run;

/// <summary>Calls that will be submitted together. Used inside the gate, but for what never changes.</summary>
/// <param name="number">The number of the submission.</param>
/// <param name="endpoint">The endpoint.</param>
internal sealed class CollectedCalls(int number, DeferringEndpoint endpoint)
{
    /// <summary>What belongs to each request beside its content.</summary>
    private const int Overhead = 200;

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<BatchedRequest> _requests = [];
    private long _bytes;
    private long _lastAt;

    public int Number => number;

    public DeferringEndpoint Endpoint => endpoint;

    public IReadOnlyList<BatchedRequest> Requests => _requests;

    /// <summary>When the first call was added, in UTC ticks.</summary>
    public long FirstAt { get; private set; }

    /// <summary>When the last call was added, in UTC ticks. Can be read outside of the gate.</summary>
    public long LastAt => Volatile.Read(ref _lastAt);

    /// <summary>Completes when no other call is added.</summary>
    public Task Closed => _closed.Task;

    public void Close() => _closed.TrySetResult();

    /// <summary>Adds all calls of an attempt, or none of them.</summary>
    public bool TryAdd(IReadOnlyList<BatchedRequest> requests, int mostRequests, long mostBytes, long now)
    {
        if (Closed.IsCompleted || _requests.Count + requests.Count > mostRequests || _bytes + SizeOf(requests) > mostBytes)
        {
            return false;
        }

        Add(requests, now);
        return true;
    }

    public void Add(IReadOnlyList<BatchedRequest> requests, long now)
    {
        FirstAt = _requests.Count == 0 ? now : FirstAt;
        Volatile.Write(ref _lastAt, now);
        _requests.AddRange(requests);
        _bytes += SizeOf(requests);
    }

    private static long SizeOf(IReadOnlyList<BatchedRequest> requests) => requests.Sum(static request => (long)request.Content.Length + Overhead);
}
