
namespace LoopbackModel;

internal sealed class RequestJournal
{
    private readonly Lock _lock = new();
    private readonly List<LoopbackRequest> _requests = [];
    private readonly Queue<Misbehaviour?> _script = [];

    public IReadOnlyList<LoopbackRequest> Snapshot()
    {
        lock (_lock)
        {
            return [.. _requests];
        }
    }

    public void Enqueue(Misbehaviour? misbehaviour)
    {
        lock (_lock)
        {
            _script.Enqueue(misbehaviour);
        }
    }

    /// <param name="create">Makes the request, given its order.</param>
    /// <param name="isScripted">Whether the script had a word, if only null, for this request.</param>
    public LoopbackRequest Record(Func<int, LoopbackRequest> create, out bool isScripted)
    {
        // One lock for both, so that the n-th request recorded gets the n-th entry of the script.
        lock (_lock)
        {
            var request = create(_requests.Count);
            isScripted = _script.TryDequeue(out var misbehaviour);
            request.Misbehaviour = misbehaviour;
            _requests.Add(request);
            return request;
        }
    }
}
