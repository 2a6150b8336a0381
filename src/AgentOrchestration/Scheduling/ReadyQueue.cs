using AgentOrchestration.Graph;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// The one place where ready subtasks wait. Subtasks with equal needs form a group: when the most urgent of a group does not fit, none
/// of it does, and the group is parked until something is released. So a release costs one question per distinct need, however many wait.
/// </summary>
internal sealed class ReadyQueue
{
    private readonly TaskGraph _graph;
    private readonly IResourceManager _resources;
    private readonly PriorityQueue<int, int>[] _groups;
    private readonly bool[] _isParked;

    // Groups by their most urgent subtask. An entry whose group has another head by now, or none, is passed over.
    private readonly PriorityQueue<int, int> _heads = new();

    public ReadyQueue(TaskGraph graph, IResourceManager resources)
    {
        _graph = graph;
        _resources = resources;
        _groups = Array.ConvertAll(graph.NeedVectors, _ => new PriorityQueue<int, int>());
        _isParked = new bool[_groups.Length];
    }

    public int Count { get; private set; }

    /// <summary>Whether every waiting subtask waits for resources.</summary>
    public bool IsAllParked => Count > 0 && Parked.Sum(group => _groups[group].Count) == Count;

    public bool IsAnyParked => _isParked.AsSpan().Contains(true);

    private IEnumerable<int> Parked => Enumerable.Range(0, _groups.Length).Where(group => _isParked[group]);

    public void Enqueue(int subtask)
    {
        int group = _graph.NeedVectorOf[subtask];
        int priority = _graph.Priority[subtask];
        _groups[group].Enqueue(subtask, priority);
        Count++;
        if (!_isParked[group] && _groups[group].Peek() == subtask)
        {
            _heads.Enqueue(group, priority);
        }
    }

    /// <summary>Something was released: what did not fit before may fit now.</summary>
    public void Unpark()
    {
        foreach (int group in Parked)
        {
            _isParked[group] = false;
            EnqueueHead(group);
        }
    }

    /// <summary>Takes the most urgent subtask that fits, with what it needs.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="lease">What it holds; <see langword="null"/> when it needs nothing.</param>
    /// <param name="error">What the resource manager threw when it was asked; the subtask cannot run then.</param>
    public bool TryDequeue(out int subtask, out ResourceLease? lease, out Exception? error)
    {
        while (_heads.TryDequeue(out int group, out int priority))
        {
            if (_isParked[group] || !_groups[group].TryPeek(out _, out int head) || head != priority)
            {
                continue;
            }

            if (TryAcquire(_graph.NeedVectors[group], out lease, out error))
            {
                subtask = _groups[group].Dequeue();
                Count--;
                EnqueueHead(group);
                return true;
            }

            _isParked[group] = true;
        }

        subtask = -1;
        lease = null;
        error = null;
        return false;
    }

    /// <summary>Takes all that can never start, because what is left when <paramref name="lost"/> is gone does not suffice.</summary>
    public IReadOnlyList<int> TakeHopeless(IReadOnlyCollection<ResourceRequirements> lost)
    {
        List<int> hopeless = [];
        foreach (int group in Parked.Where(group => IsHopeless(_graph.NeedVectors[group], lost)))
        {
            hopeless.AddRange(_groups[group].UnorderedItems.Select(item => item.Element));
            _groups[group].Clear();
            _isParked[group] = false;
        }

        Count -= hopeless.Count;
        hopeless.Sort();
        return hopeless;
    }

    public void Clear()
    {
        Array.ForEach(_groups, group => group.Clear());
        Array.Clear(_isParked);
        _heads.Clear();
        Count = 0;
    }

    private void EnqueueHead(int group)
    {
        if (_groups[group].TryPeek(out _, out int priority))
        {
            _heads.Enqueue(group, priority);
        }
    }

    private bool IsHopeless(ResourceRequirements needs, IReadOnlyCollection<ResourceRequirements> lost) => needs.Amounts.Any(need =>
        need.Amount + lost.Sum(requirements => requirements.Amounts.Where(amount => amount.Name == need.Name).Sum(amount => amount.Amount))
        > (_resources.GetCapacity(need.Name) ?? 0));

    private bool TryAcquire(ResourceRequirements needs, out ResourceLease? lease, out Exception? error)
    {
        lease = null;
        error = null;
        if (needs.IsNone)
        {
            return true;
        }

        try
        {
            return _resources.TryAcquire(needs, out lease);
        }
        catch (Exception exception)
        {
            // An application's own manager: its error becomes the subtask's, and the run goes on.
            error = exception;
            return true;
        }
    }
}
