using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Run;

/// <summary>Calls that are submitted together. Used inside the gate, but for what never changes.</summary>
/// <param name="number">The number of the submission.</param>
/// <param name="endpoint">The endpoint.</param>
/// <param name="model">The model that they name; empty when they name none.</param>
internal sealed class CollectedCalls(int number, DeferringEndpoint endpoint, string model)
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(int Subtask, BatchedRequest Request)> _requests = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private long _bytes;
    private long _lastAt;

    public int Number => number;

    public DeferringEndpoint Endpoint => endpoint;

    public string Model => model;

    /// <summary>When the first call was added, in UTC ticks.</summary>
    public long FirstAt { get; private set; }

    /// <summary>When the last call was added, in UTC ticks. Can be read outside of the gate.</summary>
    public long LastAt => Volatile.Read(ref _lastAt);

    /// <summary>Completes when no other call is added.</summary>
    public Task Closed => _closed.Task;

    public void Close() => _closed.TrySetResult();

    /// <summary>What is to be submitted for the subtasks that wait. Can be used outside of the gate once it is closed.</summary>
    public IReadOnlyList<BatchedRequest> RequestsOf(HashSet<int> waiting) => [.. _requests.Where(call => waiting.Contains(call.Subtask)).Select(static call => call.Request)];

    /// <summary>Whether a call of it has this id. Can be used outside of the gate once it is closed.</summary>
    public bool Has(string id) => _ids.Contains(id);

    /// <summary>The endpoint has received them; what they ask is not needed any more.</summary>
    public void ForgetContents() => _requests.Clear();

    /// <summary>Adds all calls of an attempt, or none of them.</summary>
    public bool TryAdd(int subtask, IReadOnlyList<BatchedRequest> requests, int mostRequests, long mostBytes, long now)
    {
        if (Closed.IsCompleted || _requests.Count + requests.Count > mostRequests || _bytes + SizeOf(requests) > mostBytes)
        {
            return false;
        }

        Add(subtask, requests, now);
        return true;
    }

    public void Add(int subtask, IReadOnlyList<BatchedRequest> requests, long now)
    {
        FirstAt = _requests.Count == 0 ? now : FirstAt;
        Volatile.Write(ref _lastAt, now);
        _bytes += SizeOf(requests);
        foreach (BatchedRequest request in requests)
        {
            _requests.Add((subtask, request));
            _ids.Add(request.Id);
        }
    }

    private static long SizeOf(IReadOnlyList<BatchedRequest> requests) => requests.Sum(static request => BatchedRequest.SizeOf(request.Content));
}
