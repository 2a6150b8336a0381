namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// Those that wait for one pool, in the order in which they are to be served. A treap (Seidel and Aragon, "Randomized Search Trees", 1996) that
/// knows of each subtree the least need, so that those that a release can serve are found without looking at the others: whatever is asked or
/// changed takes a time that grows with the logarithm of how many wait. Not thread-safe.
/// </summary>
/// <typeparam name="T">Who waits.</typeparam>
internal sealed class WaitingLine<T>
{
    private WaitingPlace<T>? _root;
    private ulong _weights;

    public bool IsEmpty => _root is null;

    /// <summary>Whose turn it is.</summary>
    public WaitingPlace<T>? First
    {
        get
        {
            WaitingPlace<T>? first = _root;
            while (first?.Left is { } before)
            {
                first = before;
            }

            return first;
        }
    }

    /// <summary>The least that anybody needs.</summary>
    public long LeastNeed => _root?.LeastNeed ?? long.MaxValue;

    public void Add(WaitingPlace<T> place)
    {
        place.IsInLine = true;
        place.Left = null;
        place.Right = null;
        place.Pending = 0;
        place.Weight = SplitMix64.Mix(++_weights);
        place.SumUp();
        (WaitingPlace<T>? before, WaitingPlace<T>? after) = Split(_root, place.Rank, place.Since);
        _root = Merge(Merge(before, place), after);
    }

    public void Remove(WaitingPlace<T> place)
    {
        _root = Without(_root!, place);
        place.IsInLine = false;
        place.Left = null;
        place.Right = null;
    }

    /// <summary>One was served that is, or would be, here: those before were bypassed.</summary>
    public void Bypass(long rank, long since)
    {
        if (_root is not null)
        {
            (WaitingPlace<T>? before, WaitingPlace<T>? after) = Split(_root, rank, since);
            before?.Bypass(1);
            _root = Merge(before, after);
        }
    }

    /// <summary>One was served that comes before a place because it counts for more: all from there on were bypassed too.</summary>
    public void BypassFrom(long rank)
    {
        if (_root is not null)
        {
            (WaitingPlace<T>? before, WaitingPlace<T>? from) = Split(_root, rank, long.MinValue);
            from?.Bypass(1);
            _root = Merge(before, from);
        }
    }

    /// <summary>The first that so much can serve, or that lets no other be served before it, whichever comes first.</summary>
    public WaitingPlace<T>? FirstServable(long free)
    {
        WaitingPlace<T>? place = _root;
        while (place is not null)
        {
            place.PassDown();
            if (place.Left is { } before && (before.LeastNeed <= free || before.AnyBlocks))
            {
                place = before;
            }
            else if (place.Need <= free || place.Blocks)
            {
                return place;
            }
            else
            {
                place = place.Right is { } after && (after.LeastNeed <= free || after.AnyBlocks) ? after : null;
            }
        }

        return null;
    }

    /// <summary>The first that lets no other be served before it.</summary>
    public WaitingPlace<T>? FirstBlocking() => _root is { AnyBlocks: true } ? FirstServable(-1) : null;

    /// <summary>The least amount that serves anything that may be served now.</summary>
    public long LeastServable()
    {
        long least = long.MaxValue;
        WaitingPlace<T>? place = _root;
        while (place is not null)
        {
            if (place.Left is { AnyBlocks: true } before)
            {
                place = before;
                continue;
            }

            least = Math.Min(least, Math.Min(place.Left?.LeastNeed ?? long.MaxValue, place.Need));
            place = place.Blocks ? null : place.Right;
        }

        return least;
    }

    /// <summary>One that was bypassed as often as may be, and does not block yet.</summary>
    public WaitingPlace<T>? AnyWithoutBypasses()
    {
        WaitingPlace<T>? place = _root is { LeastBypassesLeft: <= 0 } ? _root : null;
        while (place is not null)
        {
            place.PassDown();
            if (!place.Blocks && place.BypassesLeft <= 0)
            {
                return place;
            }

            place = place.Left is { LeastBypassesLeft: <= 0 } ? place.Left : place.Right;
        }

        return null;
    }

    /// <summary>Everybody, in order.</summary>
    public List<WaitingPlace<T>> ToList()
    {
        List<WaitingPlace<T>> all = [];
        Visit(_root);
        return all;

        void Visit(WaitingPlace<T>? place)
        {
            if (place is not null)
            {
                Visit(place.Left);
                all.Add(place);
                Visit(place.Right);
            }
        }
    }

    /// <summary>Those that come before a place of the line, and the others.</summary>
    private static (WaitingPlace<T>? Before, WaitingPlace<T>? After) Split(WaitingPlace<T>? place, long rank, long since)
    {
        if (place is null)
        {
            return (null, null);
        }

        place.PassDown();
        if (place.ComesBefore(rank, since))
        {
            (place.Right, WaitingPlace<T>? after) = Split(place.Right, rank, since);
            place.SumUp();
            return (place, after);
        }

        (WaitingPlace<T>? before, place.Left) = Split(place.Left, rank, since);
        place.SumUp();
        return (before, place);
    }

    private static WaitingPlace<T>? Merge(WaitingPlace<T>? before, WaitingPlace<T>? after)
    {
        if (before is null || after is null)
        {
            return before ?? after;
        }

        if (before.Weight > after.Weight)
        {
            before.PassDown();
            before.Right = Merge(before.Right, after);
            before.SumUp();
            return before;
        }

        after.PassDown();
        after.Left = Merge(before, after.Left);
        after.SumUp();
        return after;
    }

    private static WaitingPlace<T>? Without(WaitingPlace<T> top, WaitingPlace<T> place)
    {
        top.PassDown();
        if (top == place)
        {
            return Merge(top.Left, top.Right);
        }

        if (place.ComesBefore(top.Rank, top.Since))
        {
            top.Left = Without(top.Left!, place);
        }
        else
        {
            top.Right = Without(top.Right!, place);
        }

        top.SumUp();
        return top;
    }
}
