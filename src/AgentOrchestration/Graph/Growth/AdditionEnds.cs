namespace AgentOrchestration.Graph.Growth;

/// <summary>All ends of additions of a graph: by their origin, by their members and by who waits for them.</summary>
internal sealed class AdditionEnds
{
    private readonly List<AdditionEnd> _all = [];
    private readonly Dictionary<int, AdditionEnd> _byOrigin = [];
    private readonly Dictionary<int, AdditionEnd> _byMember = [];
    private readonly Dictionary<int, List<AdditionEnd>> _moreByMember = [];
    private readonly Dictionary<int, List<AdditionEnd>> _byWaiter = [];

    public IReadOnlyList<AdditionEnd> All => _all;

    /// <summary>The end of everything that a subtask adds; <see langword="null"/> when it has added nothing.</summary>
    public AdditionEnd? Of(int origin) => _byOrigin.GetValueOrDefault(origin);

    /// <summary>The ends that an added subtask is a member of.</summary>
    public IReadOnlyList<AdditionEnd> With(int member) =>
        !_byMember.TryGetValue(member, out AdditionEnd? end) ? [] : _moreByMember.TryGetValue(member, out List<AdditionEnd>? more) ? [end, .. more] : end.Alone;

    /// <summary>The ends that a subtask waits for.</summary>
    public IReadOnlyList<AdditionEnd> AwaitedBy(int waiter) => _byWaiter.TryGetValue(waiter, out List<AdditionEnd>? ends) ? ends : [];

    /// <summary>Who waits for an added subtask, directly or because of an outer end.</summary>
    public IEnumerable<EndWaiter> WaitersFor(int member) => With(member).SelectMany(end => end.Outwards()).Distinct().SelectMany(end => end.Waiters);

    /// <summary>A subtask gets parts: what waits for it waits for them.</summary>
    public void AddParts(int whole)
    {
        foreach (AdditionEnd end in With(whole))
        {
            end.Before.Add(whole);
        }
    }

    /// <summary>Adds what comes with a growth.</summary>
    public void Add(AdditionWaits waits)
    {
        foreach (AdditionEnd end in waits.Ends)
        {
            end.Number = _all.Count;
            _all.Add(end);
            if (end.Origin >= 0)
            {
                _byOrigin.Add(end.Origin, end);
            }

            end.Outer.ForEach(outer => outer.Inner.Add(end));
            foreach (AdditionEnd earlier in end.LaterThan?.Outwards() ?? [])
            {
                earlier.Later.Add(end);
            }

            foreach (int member in end.Members)
            {
                AddMember(end, member);
            }
        }

        foreach ((AdditionEnd end, EndWaiter waiter) in waits.Waits)
        {
            end.Waiters.Add(waiter);
            if (!_byWaiter.TryGetValue(waiter.Subtask, out List<AdditionEnd>? ends))
            {
                _byWaiter.Add(waiter.Subtask, ends = []);
            }

            ends.Add(end);
            foreach (AdditionEnd own in With(waiter.Subtask))
            {
                own.EndsBefore.Add(end);
            }
        }
    }

    /// <summary>Those who can wait no more wait for an end no longer.</summary>
    public void KeepWaiters(AdditionEnd end, Predicate<int> canWait)
    {
        if (end.Waiters.TrueForAll(waiter => canWait(waiter.Subtask)))
        {
            return;
        }

        foreach (EndWaiter waiter in end.Waiters)
        {
            if (!canWait(waiter.Subtask))
            {
                _byWaiter[waiter.Subtask].Remove(end);
            }
        }

        end.RemoveWaiters(waiter => !canWait(waiter.Subtask));
    }

    private void AddMember(AdditionEnd end, int member)
    {
        if (_byMember.TryAdd(member, end))
        {
            return;
        }

        if (!_moreByMember.TryGetValue(member, out List<AdditionEnd>? more))
        {
            _moreByMember.Add(member, more = []);
        }

        more.Add(end);
    }
}
