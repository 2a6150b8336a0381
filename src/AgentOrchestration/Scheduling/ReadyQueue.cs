using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// The one place where ready subtasks wait. Subtasks with equal needs form a group: when the most urgent of a group does not fit, none
/// of it does, and the group is parked until something is released. So a release costs one question per distinct need, however many wait.
/// First fit, but not without end: a group that was passed over too often is reserved for (see <see cref="PassedOver"/>).
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="resources">The ledger.</param>
/// <param name="maxPassedOver">How often less urgent work that needs one of its pools may start before a subtask.</param>
internal sealed class ReadyQueue(GrowingGraph graph, IResourceManager resources, int maxPassedOver = RunOptions.DefaultMaxPassedOver)
{
    private readonly List<UrgencyQueue> _groups = [];
    private readonly HashSet<int> _parked = [];

    // Groups that nobody asks for, because a pool of theirs is reserved for a more urgent one.
    private readonly HashSet<int> _heldBack = [];
    private readonly PassedOver _passedOver = new(maxPassedOver);
    private readonly bool _asksAlways = resources is RunShare { LimitsEveryAttempt: true };

    // Groups by their most urgent subtask. An entry whose group has another head by now, or none, is passed over.
    private readonly PriorityQueue<int, long> _heads = new();

    public int Count { get; private set; }

    /// <summary>Whether every waiting subtask waits for resources.</summary>
    public bool IsAllParked => Count > 0 && _parked.Concat(_heldBack).Sum(group => _groups[group].Count) == Count;

    public bool IsAnyParked => _parked.Count + _heldBack.Count > 0;

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
            _heldBack.Remove(group);
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
        LetGoHeldBack();
    }

    /// <summary>Takes the most urgent subtask that fits, with what it needs.</summary>
    /// <param name="mayStart">Whether a subtask may start at all; asked for each group's most urgent before the ledger is.</param>
    /// <param name="subtask">The subtask.</param>
    /// <param name="lease">What it holds; <see langword="null"/> when it needs nothing.</param>
    /// <param name="error">Why the subtask cannot run: what the resource manager threw when it was asked, or that there will never be enough.</param>
    public bool TryDequeue(Predicate<int>? mayStart, out int subtask, out ResourceLease? lease, out SubtaskError? error)
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

    /// <summary>The order of urgency has changed. How often who was passed over still counts.</summary>
    public void Reorder()
    {
        int[] waiting = [.. _groups.SelectMany(group => group.Drain())];
        _parked.Clear();
        _heldBack.Clear();
        _heads.Clear();
        Count = 0;
        Array.ForEach(waiting, Enqueue);
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
            _heldBack.Remove(group);
            _passedOver.Forget(group);
        }
        else if (!HasOneGroup && !_parked.Contains(group) && !_heldBack.Contains(group))
        {
            EnqueueHead(group);
        }

        // Whatever was held back for the sake of this one may go now.
        LetGoHeldBack();
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
            _passedOver.Forget(group);
        }

        Count -= hopeless.Count;
        hopeless.Sort();
        LetGoHeldBack();
        return hopeless;
    }

    public void Clear()
    {
        _groups.ForEach(group => group.Clear());
        _parked.Clear();
        _heldBack.Clear();
        for (int group = 0; group < _groups.Count; group++)
        {
            _passedOver.Forget(group);
        }

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
            _passedOver.AddGroup(graph.NeedVectors[_groups.Count]);
            _groups.Add(new UrgencyQueue());
        }
    }

    private bool TryDequeueOfSeveral(Predicate<int>? mayStart, ref int subtask, ref ResourceLease? lease, ref SubtaskError? error)
    {
        List<(int Group, long Urgency)>? forbidden = null;
        var answer = Answer.Parked;
        while (answer != Answer.Taken && _heads.TryDequeue(out int group, out long urgency))
        {
            if (_parked.Contains(group) || !_groups[group].TryPeek(out long head) || head != urgency)
            {
                continue;
            }

            if (IsHeldBack(group, urgency))
            {
                _heldBack.Add(group);
                _passedOver.Count(group, times: 0);
                continue;
            }

            answer = TryTake(group, urgency, mayStart, ref subtask, ref lease, ref error);
            if (answer == Answer.Taken)
            {
                PassOver(group, urgency, isStart: error is null);
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

    private Answer TryTake(int group, long urgency, Predicate<int>? mayStart, ref int subtask, ref ResourceLease? lease, ref SubtaskError? error)
    {
        if (mayStart is not null && !mayStart((int)urgency))
        {
            return Answer.Forbidden;
        }

        if (!TryAcquire(graph.NeedVectors[group], ref lease, ref error))
        {
            _parked.Add(group);
            _passedOver.Count(group, times: 0);
            return Answer.Parked;
        }

        subtask = _groups[group].Dequeue(urgency);
        Count--;
        return Answer.Taken;
    }

    private bool IsHeldBack(int group, long urgency)
    {
        foreach (int reserved in _passedOver.Reserved)
        {
            if (Waits(reserved) && IsMoreUrgent(reserved, urgency) && _passedOver.SharePool(reserved, group))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A subtask was taken: those who wait though they are more urgent were passed over, if they need one of its pools.</summary>
    private void PassOver(int group, long urgency, bool isStart)
    {
        if (_groups[group].Count == 0)
        {
            _passedOver.Forget(group);
        }

        if (!isStart)
        {
            return;
        }

        foreach (int waiting in _parked)
        {
            CountPass(waiting, group, urgency);
        }

        foreach (int waiting in _heldBack)
        {
            CountPass(waiting, group, urgency);
        }
    }

    private void CountPass(int waiting, int started, long urgency)
    {
        if (IsMoreUrgent(waiting, urgency) && _passedOver.SharePool(waiting, started))
        {
            _passedOver.Count(waiting, times: 1);
        }
    }

    private bool Waits(int group) => _parked.Contains(group) || _heldBack.Contains(group);

    private bool IsMoreUrgent(int group, long urgency) => _groups[group].TryPeek(out long head) && head < urgency;

    private void LetGoHeldBack()
    {
        foreach (int group in _heldBack)
        {
            EnqueueHead(group);
        }

        _heldBack.Clear();
    }

    private void EnqueueHead(int group)
    {
        if (_groups[group].TryPeek(out long urgency))
        {
            _heads.Enqueue(group, urgency);
        }
    }

    private bool IsHopeless(ResourceRequirements needs, IReadOnlyCollection<ResourceRequirements> lost)
    {
        // What is used up does not come back anyway, and what grows again does so without the lease.
        HashSet<string> others = [.. resources.Snapshot().Where(pool => pool.Kind != ResourcePoolKind.Reusable).Select(pool => pool.Name)];
        return needs.Amounts.Any(need => !others.Contains(need.Name)
            && need.Amount + lost.Sum(requirements => requirements.Amounts.Where(amount => amount.Name == need.Name).Sum(amount => amount.Amount))
            > (resources.GetCapacity(need.Name) ?? 0));
    }

    /// <returns>Whether it was granted, or will never be: then there is an error.</returns>
    private bool TryAcquire(ResourceRequirements needs, ref ResourceLease? lease, ref SubtaskError? error)
    {
        if (needs.IsNone && !_asksAlways)
        {
            return true;
        }

        try
        {
            if (resources.TryAcquire(needs, out lease))
            {
                return true;
            }

            error = WhyNever(needs);
        }
        catch (Exception exception)
        {
            // An application's own manager: its error becomes the subtask's, and the run goes on.
            error = SubtaskError.From(exception);
        }

        return error is not null;
    }

    /// <summary>What a pool can no longer grant, though it could when the plan was checked. Asked after a refusal: if the pool grows in between, it tells.</summary>
    private SubtaskError? WhyNever(ResourceRequirements needs)
    {
        foreach (ResourceAmount need in needs.AmountSpan)
        {
            long? most = resources.GetCapacity(need.Name);
            if (most is null || need.Amount > most)
            {
                return new SubtaskError(
                    "ResourceUnavailable",
                    $"It needs {need.Amount} of '{need.Name}', but there can be no more than {most ?? 0}: the pool has shrunk or was used up since the plan was checked.");
            }
        }

        return null;
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
