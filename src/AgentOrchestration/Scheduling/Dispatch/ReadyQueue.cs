using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// The one place where ready subtasks wait. Subtasks with equal needs form a group: when the most urgent of a group does not fit, none
/// of it does, and the group is parked (see <see cref="RunResources"/>) until there is something for it.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="share">The run's door to the ledger.</param>
internal sealed class ReadyQueue(GrowingGraph graph, RunResources share)
{
    private readonly List<ReadyGroup> _groups = [];
    private readonly List<ReadyGroup> _woken = [];

    // Groups by their most urgent subtask. An entry whose group has another head by now, or none, is passed over.
    private readonly PriorityQueue<int, long> _heads = new();
    private int _parked;

    // The pools of which what is used is gone; found when it is first asked.
    private HashSet<string>? _consumable;

    public int Count { get; private set; }

    /// <summary>Whether every waiting subtask waits for resources.</summary>
    public bool IsAllParked => Count > 0 && _parked == Count;

    public bool IsAnyParked => _parked > 0;

    /// <summary>With a single group there are no heads to compare.</summary>
    private bool HasOneGroup => _groups.Count == 1;

    public void Enqueue(int subtask)
    {
        long urgency = graph.UrgencyOf(subtask);
        ReadyGroup group = GroupOf(subtask);
        group.Subtasks.Enqueue(urgency);
        Count++;
        _parked += group.IsParked ? 1 : 0;
        if (group.Urgency != urgency)
        {
            return;
        }

        if (group.IsParked || group.Reservations is not null)
        {
            share.Reorder(group);
        }

        if (!group.IsParked && !HasOneGroup)
        {
            _heads.Enqueue(group.Index, urgency);
        }
    }

    /// <summary>Whether a subtask need not ask the ledger. Not known before one with its needs was queued.</summary>
    public bool NeedsNothing(int subtask) => graph.NeedVectorOf[subtask] is var index && index < _groups.Count && _groups[index].Amounts.Length == 0;

    /// <summary>Lets those ask again for whom there is something.</summary>
    public void Wake()
    {
        share.TakeNews(_woken);
        UnparkWoken();
    }

    /// <summary>Nothing waits for now; what was parked asks again when it is its turn.</summary>
    public void UnparkAll()
    {
        share.StopWaiting(_woken);
        UnparkWoken();
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
            ? !_groups[0].IsParked && _groups[0].Subtasks.TryPeek(out long head) && TryTake(_groups[0], head, mayStart, ref subtask, ref lease, ref error) == Answer.Taken
            : TryDequeueOfSeveral(mayStart, ref subtask, ref lease, ref error);
    }

    /// <summary>The order of urgency has changed. How often who was passed over still counts.</summary>
    public void Reorder()
    {
        UnparkAll();
        int[] waiting = [.. _groups.SelectMany(group => group.Subtasks.Drain())];
        _heads.Clear();
        Count = 0;
        Array.ForEach(waiting, Enqueue);
        _groups.ForEach(share.Reorder);
    }

    /// <summary>Takes a subtask out that is in the queue, wherever it is.</summary>
    public bool Remove(int subtask)
    {
        int index = graph.NeedVectorOf[subtask];
        long urgency = graph.UrgencyOf(subtask);
        if (index >= _groups.Count)
        {
            return false;
        }

        ReadyGroup group = _groups[index];
        bool wasHead = group.Urgency == urgency;
        if (!group.Subtasks.Remove(urgency))
        {
            return false;
        }

        Count--;
        _parked -= group.IsParked ? 1 : 0;
        if (group.Subtasks.Count == 0)
        {
            share.Forget(group);
        }
        else if (wasHead)
        {
            share.Reorder(group);
            if (!group.IsParked)
            {
                EnqueueHead(group);
            }
        }

        return true;
    }

    /// <summary>Lets a subtask start that need not, with what neither this run nor another waits for. What is gone when it is used is not for those.</summary>
    /// <param name="subtask">The subtask; it is not in the queue.</param>
    /// <param name="mayTakeResources">Whether it may take any resources.</param>
    /// <param name="lease">What it holds; <see langword="null"/> when it needs nothing.</param>
    /// <returns>Whether there is enough.</returns>
    public bool TryTakeSpare(int subtask, bool mayTakeResources, out ResourceLease? lease)
    {
        lease = null;
        if (Count > 0 || (!mayTakeResources && !graph.NeedVectors[graph.NeedVectorOf[subtask]].IsNone))
        {
            return NeedsNothing(subtask);
        }

        ReadyGroup group = GroupOf(subtask);
        if (UsesUp(group) || !share.IsSpare(group))
        {
            return false;
        }

        Enqueue(subtask);
        if (TryDequeue(mayStart: null, out _, out lease, out SubtaskError? error))
        {
            return error is null;
        }

        Remove(subtask);
        return false;
    }

    /// <summary>Takes all that can never start, because what is left when <paramref name="lost"/> is gone does not suffice.</summary>
    public IReadOnlyList<int> TakeHopeless(IReadOnlyCollection<ResourceRequirements> lost)
    {
        // What is used up does not come back anyway, and what grows again does so without the lease.
        HashSet<string> others = [.. share.Ledger.Snapshot().Where(pool => pool.Kind != ResourcePoolKind.Reusable).Select(pool => pool.Name)];
        List<int> hopeless = [];
        foreach (ReadyGroup group in _groups.Where(group => group.IsParked && IsHopeless(group.Needs, lost, others)))
        {
            hopeless.AddRange(group.Subtasks.Drain());
            share.Forget(group);
        }

        Count -= hopeless.Count;
        _parked -= hopeless.Count;
        hopeless.Sort();
        return hopeless;
    }

    public void Clear()
    {
        UnparkAll();
        foreach (ReadyGroup group in _groups)
        {
            group.Subtasks.Clear();
            share.Forget(group);
        }

        _heads.Clear();
        Count = 0;
    }

    private ReadyGroup GroupOf(int subtask)
    {
        int index = graph.NeedVectorOf[subtask];
        if (index >= _groups.Count)
        {
            AddGroups(index);
        }

        return _groups[index];
    }

    private bool UsesUp(ReadyGroup group)
    {
        if (group.Amounts.Length == 0)
        {
            return false;
        }

        _consumable ??= [.. share.Ledger.Snapshot().Where(pool => pool.Kind == ResourcePoolKind.Consumable).Select(pool => pool.Name)];
        return Array.Exists(group.Amounts, need => _consumable.Contains(need.Pool));
    }

    private void AddGroups(int index)
    {
        if (HasOneGroup && !_groups[0].IsParked)
        {
            EnqueueHead(_groups[0]);
        }

        while (index >= _groups.Count)
        {
            _groups.Add(share.CreateGroup(_groups.Count, graph.NeedVectors[_groups.Count]));
        }
    }

    private bool TryDequeueOfSeveral(Predicate<int>? mayStart, ref int subtask, ref ResourceLease? lease, ref SubtaskError? error)
    {
        List<(int Group, long Urgency)>? forbidden = null;
        var answer = Answer.Parked;
        while (answer != Answer.Taken && _heads.TryDequeue(out int index, out long urgency))
        {
            ReadyGroup group = _groups[index];
            if (group.IsParked || group.Urgency != urgency || group.Subtasks.Count == 0)
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
                (forbidden ??= []).Add((index, urgency));
            }
        }

        forbidden?.ForEach(head => _heads.Enqueue(head.Group, head.Urgency));
        return answer == Answer.Taken;
    }

    private Answer TryTake(ReadyGroup group, long urgency, Predicate<int>? mayStart, ref int subtask, ref ResourceLease? lease, ref SubtaskError? error)
    {
        if (mayStart is not null && !mayStart((int)urgency))
        {
            return Answer.Forbidden;
        }

        if (!TryAcquire(group, ref lease, ref error))
        {
            _parked += group.Subtasks.Count;
            return Answer.Parked;
        }

        subtask = group.Subtasks.Dequeue(urgency);
        Count--;
        if (group.Subtasks.Count == 0)
        {
            share.Forget(group);
        }
        else if (group.Reservations is not null)
        {
            share.Reorder(group);
        }

        return Answer.Taken;
    }

    private void UnparkWoken()
    {
        foreach (ReadyGroup group in _woken)
        {
            _parked -= group.Subtasks.Count;
            if (!HasOneGroup)
            {
                EnqueueHead(group);
            }
        }

        _woken.Clear();
    }

    private void EnqueueHead(ReadyGroup group)
    {
        if (group.Subtasks.TryPeek(out long urgency))
        {
            _heads.Enqueue(group.Index, urgency);
        }
    }

    private bool IsHopeless(ResourceRequirements needs, IReadOnlyCollection<ResourceRequirements> lost, HashSet<string> others) =>
        needs.Amounts.Any(need => !others.Contains(need.Name)
            && need.Amount + lost.Sum(requirements => requirements.Amounts.Where(amount => amount.Name == need.Name).Sum(amount => amount.Amount))
            > (share.Ledger.GetCapacity(need.Name) ?? 0));

    /// <returns>Whether it was granted, or will never be: then there is an error.</returns>
    private bool TryAcquire(ReadyGroup group, ref ResourceLease? lease, ref SubtaskError? error)
    {
        if (group.Amounts.Length == 0)
        {
            return true;
        }

        try
        {
            if (share.TryAcquire(group, out lease))
            {
                return true;
            }

            error = WhyNever(group.Needs) ?? (share.Nesting.WhyStuck(group) is { } reason ? new SubtaskError("ResourcesHeldByCaller", reason) : null);
            if (error is not null)
            {
                share.Unpark(group);
            }
        }
        catch (Exception exception)
        {
            // An application's own manager: its error becomes the subtask's, and the run continues.
            error = SubtaskError.From(exception);
        }

        return error is not null;
    }

    /// <summary>What a pool can no longer grant, though it could when the plan was checked. Asked after a refusal: if the pool grows in between, it reports that.</summary>
    private SubtaskError? WhyNever(ResourceRequirements needs)
    {
        foreach (ResourceAmount need in needs.AmountSpan)
        {
            long? most = share.Ledger.GetCapacity(need.Name);
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
