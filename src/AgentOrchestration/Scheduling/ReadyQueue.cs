using AgentOrchestration.Graph;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// The one place where ready subtasks wait. Subtasks with equal needs form a group: when the most urgent of a group does not fit, none
/// of it does, and the group is parked until something is released. So a release costs one question per distinct need, however many wait.
/// </summary>
internal sealed class ReadyQueue(GrowingGraph graph, IResourceManager resources)
{
    private readonly List<UrgencyQueue> _groups = [];
    private readonly HashSet<int> _parked = [];
    private readonly bool _asksAlways = resources is LimitedResources { LimitsEveryAttempt: true };

    // Groups by their most urgent subtask. An entry whose group has another head by now, or none, is passed over.
    private readonly PriorityQueue<int, long> _heads = new();

    public int Count { get; private set; }

    /// <summary>Whether every waiting subtask waits for resources.</summary>
    public bool IsAllParked => Count > 0 && _parked.Sum(group => _groups[group].Count) == Count;

    public bool IsAnyParked => _parked.Count > 0;

    /// <summary>With a single group there are no heads to compare.</summary>
    private bool HasOneGroup => _groups.Count == 1;

    public void Enqueue(int subtask)
    {
        int group = graph.NeedVectorOf[subtask];
        if (group >= _groups.Count)
        {
            AddGroups(group);
        }

        long urgency = graph.UrgencyOf(subtask);
        UrgencyQueue waiting = _groups[group];
        waiting.Enqueue(urgency);
        Count++;
        if (!HasOneGroup && !_parked.Contains(group) && waiting.TryPeek(out long head) && head == urgency)
        {
            _heads.Enqueue(group, urgency);
        }
    }

    /// <summary>Something was released: what did not fit before may fit now.</summary>
    public void Unpark()
    {
        if (!HasOneGroup)
        {
            foreach (int group in _parked)
            {
                EnqueueHead(group);
            }
        }

        _parked.Clear();
    }

    /// <summary>Takes the most urgent subtask that fits, with what it needs.</summary>
    /// <param name="mayStart">Whether a subtask may start at all; asked for each group's most urgent before the ledger is.</param>
    /// <param name="subtask">The subtask.</param>
    /// <param name="lease">What it holds; <see langword="null"/> when it needs nothing.</param>
    /// <param name="error">What the resource manager threw when it was asked; the subtask cannot run then.</param>
    public bool TryDequeue(Predicate<int>? mayStart, out int subtask, out ResourceLease? lease, out Exception? error)
    {
        subtask = -1;
        lease = null;
        error = null;
        if (Count == 0)
        {
            return false;
        }

        return HasOneGroup
            ? _parked.Count == 0 && _groups[0].TryPeek(out long head) && TryTake(0, head, mayStart, ref subtask, ref lease, ref error) == Answer.Taken
            : TryDequeueOfSeveral(mayStart, ref subtask, ref lease, ref error);
    }

    /// <summary>Takes a subtask out, wherever it stands.</summary>
    public bool Remove(int subtask)
    {
        int group = graph.NeedVectorOf[subtask];
        if (group >= _groups.Count || !_groups[group].Remove(graph.UrgencyOf(subtask)))
        {
            return false;
        }

        Count--;
        if (_groups[group].Count == 0)
        {
            _parked.Remove(group);
        }
        else if (!HasOneGroup && !_parked.Contains(group))
        {
            EnqueueHead(group);
        }

        return true;
    }

    /// <summary>Takes all that can never start, because what is left when <paramref name="lost"/> is gone does not suffice.</summary>
    public IReadOnlyList<int> TakeHopeless(IReadOnlyCollection<ResourceRequirements> lost)
    {
        List<int> hopeless = [];
        foreach (int group in _parked.Where(group => IsHopeless(graph.NeedVectors[group], lost)).ToArray())
        {
            hopeless.AddRange(_groups[group].Drain());
            _parked.Remove(group);
        }

        Count -= hopeless.Count;
        hopeless.Sort();
        return hopeless;
    }

    public void Clear()
    {
        _groups.ForEach(group => group.Clear());
        _parked.Clear();
        _heads.Clear();
        Count = 0;
    }

    private void AddGroups(int group)
    {
        if (HasOneGroup && _parked.Count == 0)
        {
            EnqueueHead(0);
        }

        while (group >= _groups.Count)
        {
            _groups.Add(new UrgencyQueue());
        }
    }

    private bool TryDequeueOfSeveral(Predicate<int>? mayStart, ref int subtask, ref ResourceLease? lease, ref Exception? error)
    {
        List<(int Group, long Urgency)>? forbidden = null;
        var answer = Answer.Parked;
        while (answer != Answer.Taken && _heads.TryDequeue(out int group, out long urgency))
        {
            if (_parked.Contains(group) || !_groups[group].TryPeek(out long head) || head != urgency)
            {
                continue;
            }

            answer = TryTake(group, urgency, mayStart, ref subtask, ref lease, ref error);
            if (answer == Answer.Taken)
            {
                EnqueueHead(group);
            }
            else if (answer == Answer.Forbidden)
            {
                (forbidden ??= []).Add((group, urgency));
            }
        }

        forbidden?.ForEach(head => _heads.Enqueue(head.Group, head.Urgency));
        return answer == Answer.Taken;
    }

    private Answer TryTake(int group, long urgency, Predicate<int>? mayStart, ref int subtask, ref ResourceLease? lease, ref Exception? error)
    {
        if (mayStart is not null && !mayStart((int)urgency))
        {
            return Answer.Forbidden;
        }

        if (!TryAcquire(graph.NeedVectors[group], ref lease, ref error))
        {
            _parked.Add(group);
            return Answer.Parked;
        }

        subtask = _groups[group].Dequeue(urgency);
        Count--;
        return Answer.Taken;
    }

    private void EnqueueHead(int group)
    {
        if (_groups[group].TryPeek(out long urgency))
        {
            _heads.Enqueue(group, urgency);
        }
    }

    private bool IsHopeless(ResourceRequirements needs, IReadOnlyCollection<ResourceRequirements> lost) => needs.Amounts.Any(need =>
        need.Amount + lost.Sum(requirements => requirements.Amounts.Where(amount => amount.Name == need.Name).Sum(amount => amount.Amount))
        > (resources.GetCapacity(need.Name) ?? 0));

    private bool TryAcquire(ResourceRequirements needs, ref ResourceLease? lease, ref Exception? error)
    {
        if (needs.IsNone && !_asksAlways)
        {
            return true;
        }

        try
        {
            return resources.TryAcquire(needs, out lease);
        }
        catch (Exception exception)
        {
            // An application's own manager: its error becomes the subtask's, and the run goes on.
            error = exception;
            return true;
        }
    }

    private enum Answer
    {
        Taken,

        /// <summary>It may not start; the group stays where it is.</summary>
        Forbidden,

        /// <summary>It does not fit; the group waits for a release.</summary>
        Parked,
    }
}
