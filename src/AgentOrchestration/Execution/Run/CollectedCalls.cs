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

    public int Number => number;

    public DeferringEndpoint Endpoint => endpoint;

    public IReadOnlyList<BatchedRequest> Requests => _requests;

    /// <summary>Completes when no other call is added.</summary>
    public Task Closed => _closed.Task;

    public void Close() => _closed.TrySetResult();

    /// <summary>Adds all calls of an attempt, or none of them.</summary>
    public bool TryAdd(IReadOnlyList<BatchedRequest> requests, int mostRequests, long mostBytes)
    {
        if (Closed.IsCompleted || _requests.Count + requests.Count > mostRequests || _bytes + SizeOf(requests) > mostBytes)
        {
            return false;
        }

        Add(requests);
        return true;
    }

    public void Add(IReadOnlyList<BatchedRequest> requests)
    {
        _requests.AddRange(requests);
        _bytes += SizeOf(requests);
    }

    private static long SizeOf(IReadOnlyList<BatchedRequest> requests) => requests.Sum(static request => (long)request.Content.Length + Overhead);
}
