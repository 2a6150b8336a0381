using System.Collections;

namespace AgentOrchestration.Graph.Growth;

/// <summary>What of a growth, and of what was added before, comes after those that would wait for the growth.</summary>
internal sealed class WaitOrder(GrowingGraph graph, CheckedSubtasks part)
{
    private readonly Dictionary<AdditionEnd, bool> _isAfter = [];
    private readonly int _offset = graph.Count;
    private HashSet<int>? _waiters;
    private HashSet<AdditionEnd>? _endsWithWaiters;
    private readonly Dictionary<int, HashSet<int>> _afterWaiters = [];
    private ILookup<int, int>? _positions;
    private int[]? _levels;
    private Dictionary<int, int>? _lastLevels;

    /// <summary>Gets or sets who is found to wait for the growth.</summary>
    public IReadOnlyList<EndWait> Waits { get; set; } = [];

    /// <summary>Gets or sets the ends that the growth will be within: who waits for one of them waits for the growth.</summary>
    public HashSet<AdditionEnd> Outer { get; set; } = [];

    private bool HasWaiters => Waits.Any(wait => wait.Waiter.Subtask < _offset) || Outer.Any(end => end.Waiters.Count > 0);

    /// <summary>Who waits for ends that come with the growth.</summary>
    private HashSet<int> DirectWaiters => _waiters ??= [.. Waits.Select(wait => wait.Waiter.Subtask).Where(waiter => waiter < _offset)];

    /// <summary>Whether anyone who waits for the growth is before one of some subtasks, or one of them.</summary>
    public bool AnyWaiterIsBefore(IReadOnlyList<int> subtasks) => HasWaiters && AnyBefore(subtasks, [], IsWaiter, HasWaiter);

    /// <summary>Whether some member of an end comes after one who waits for the growth.</summary>
    public bool IsAfterAWaiter(AdditionEnd end)
    {
        if (!HasWaiters)
        {
            return false;
        }

        if (!_isAfter.TryGetValue(end, out bool isAfter))
        {
            _isAfter.Add(end, isAfter = AnyBefore([], [end], IsWaiter, HasWaiter));
        }

        return isAfter;
    }

    /// <summary>The level of an addition by its position in the growth; 0 where the additions were not divided.</summary>
    public int LevelOf(int position) => _levels?[position] ?? 0;

    /// <summary>All that comes after those who wait for the additions of a level, and they themselves.</summary>
    public HashSet<int> AfterWaiters(int level)
    {
        if (!_afterWaiters.TryGetValue(level, out HashSet<int>? after))
        {
            after = HasWaiters ? After(AllWaiters().Select(waiter => waiter.Subtask).Where(waiter => LastLevelOf(waiter) >= level)) : [];
            _afterWaiters.Add(level, after);
        }

        return after;
    }

    /// <summary>
    /// Divides the additions into levels. Those who have additions after them form groups: the next group is that of the addition that comes after the
    /// fewest of those who are in no group yet, so that every addition of a level comes after everyone of its group.
    /// </summary>
    /// <param name="before">What additions depend on outside of the growth.</param>
    public WaitLevels Divide(IReadOnlyList<int> before)
    {
        EndWaiter[] waiters = AllWaiters();
        HashSet<int> candidates = [.. waiters.Select(waiter => waiter.Subtask)];
        ILookup<AdditionEnd, int> members = candidates.SelectMany(graph.Ends.With, (waiter, end) => (waiter, end)).ToLookup(pair => pair.end, pair => pair.waiter);
        HashSet<int> found = [];
        AnyBefore(before, [], subtask => Find(candidates.Contains(subtask) ? [subtask] : []), end => Find(members[end]));
        EndWaiter[] special = [.. waiters.Where(waiter => found.Contains(waiter.Subtask))];
        BitArray[] reached = Array.ConvertAll(special, waiter => Reached(waiter.Subtask));
        int[] left = new int[part.Count];
        foreach (BitArray positions in reached)
        {
            foreach (int position in Set(positions))
            {
                left[position]++;
            }
        }

        int[] levels = new int[part.Count];
        int[] groups = new int[special.Length];
        int level = 0;
        while (Fewest(left, levels) is { } next)
        {
            level++;
            for (int i = 0; i < special.Length; i++)
            {
                if (groups[i] == 0 && reached[i][next])
                {
                    groups[i] = level;
                    foreach (int position in Set(reached[i]))
                    {
                        levels[position] = --left[position] == 0 ? level : levels[position];
                    }
                }
            }
        }

        ILookup<int, int> additions = Enumerable.Range(0, part.Count).ToLookup(position => levels[position], position => _offset + position);
        Dictionary<int, int> groupOf = special.Select((waiter, i) => (waiter.Subtask, groups[i])).Where(pair => pair.Item2 > 0).ToDictionary();
        _levels = levels;
        _lastLevels = groupOf.ToDictionary(pair => pair.Key, pair => pair.Value - 1);
        ILookup<int, EndWaiter> byLevel = waiters.ToLookup(waiter => Math.Min(LastLevelOf(waiter.Subtask), level));
        return new WaitLevels(
            [.. Enumerable.Range(0, level + 1).Select(i => additions[i].ToArray())],
            [.. Enumerable.Range(0, level + 1).Select(i => i == 0 ? [] : byLevel[i].ToArray())]);

        bool Find(IEnumerable<int> subtasks)
        {
            found.UnionWith(subtasks);
            return false;
        }
    }

    private static IEnumerable<int> Set(BitArray bits)
    {
        for (int i = 0; i < bits.Length; i++)
        {
            if (bits[i])
            {
                yield return i;
            }
        }
    }

    private static int? Fewest(int[] left, int[] levels)
    {
        int? fewest = null;
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] > 0 && levels[i] == 0 && (fewest is null || left[i] < left[fewest.Value]))
            {
                fewest = i;
            }
        }

        return fewest;
    }

    private bool IsWaiter(int subtask) => !graph.HasEnded(subtask) && (DirectWaiters.Contains(subtask) || graph.Ends.AwaitedBy(subtask).Any(Outer.Contains));

    /// <summary>Whether a member of an end waits for the growth.</summary>
    private bool HasWaiter(AdditionEnd end) =>
        end.EndsBefore.Exists(Outer.Contains) || (_endsWithWaiters ??= [.. DirectWaiters.Where(waiter => !graph.HasEnded(waiter)).SelectMany(graph.Ends.With)]).Contains(end);

    /// <summary>Everyone who waits for the growth and has not ended, each once; needed when any of the waits is.</summary>
    private EndWaiter[] AllWaiters() =>
    [
        .. Waits.Select(wait => wait.Waiter).Where(waiter => waiter.Subtask < _offset)
            .Concat(Outer.SelectMany(end => end.Number < 0 ? [] : end.Waiters))
            .Where(waiter => !graph.HasEnded(waiter.Subtask))
            .GroupBy(waiter => waiter.Subtask, static (subtask, waits) => new EndWaiter(subtask, waits.All(waiter => waiter.IsOptional)))
            .OrderBy(waiter => waiter.Subtask),
    ];

    /// <summary>The last level that one who waits for the growth waits for.</summary>
    private int LastLevelOf(int waiter) => _lastLevels?.TryGetValue(waiter, out int last) == true ? last : int.MaxValue;

    private BitArray Reached(int waiter)
    {
        var reached = new BitArray(part.Count);
        foreach (int subtask in After([waiter]))
        {
            if (subtask >= _offset)
            {
                reached[subtask - _offset] = true;
            }
        }

        return reached;
    }

    /// <summary>Walks back, over what has not settled.</summary>
    /// <returns>Whether any subtask or end that was found satisfies its condition.</returns>
    private bool AnyBefore(IReadOnlyList<int> subtasks, IReadOnlyList<AdditionEnd> ends, Predicate<int> condition, Predicate<AdditionEnd> endCondition)
    {
        using GraphWalk walk = graph.Walk();
        foreach (int subtask in subtasks)
        {
            walk.Visit(subtask);
        }

        foreach (AdditionEnd end in ends)
        {
            walk.Visit(end);
        }

        while (walk.Any)
        {
            if (walk.TryNext(out int subtask))
            {
                if (condition(subtask))
                {
                    return true;
                }

                if (!graph.IsSettled(subtask))
                {
                    VisitBefore(walk, subtask);
                }
            }
            else if (walk.TryNext(out AdditionEnd? end))
            {
                if (endCondition(end))
                {
                    return true;
                }

                VisitBefore(walk, end);
            }
        }

        return false;
    }

    private void VisitBefore(GraphWalk walk, int subtask)
    {
        foreach (int before in graph.Dependencies[subtask])
        {
            walk.Visit(before);
        }

        foreach (int part in graph.PartsOf(subtask))
        {
            walk.Visit(part);
        }

        foreach (AdditionEnd awaited in graph.Ends.AwaitedBy(subtask))
        {
            walk.Visit(awaited);
        }
    }

    private static void VisitBefore(GraphWalk walk, AdditionEnd end)
    {
        foreach (int before in end.Before)
        {
            walk.Visit(before);
        }

        end.EndsBefore.ForEach(walk.Visit);
        end.Inner.ForEach(walk.Visit);
    }

    /// <summary>Some subtasks and everything that comes after them, what is going to be added included.</summary>
    private HashSet<int> After(IEnumerable<int> subtasks)
    {
        _positions ??= part.Dependencies
            .SelectMany((dependencies, position) => dependencies.Select(dependency => (dependency, position: _offset + position)))
            .ToLookup(edge => edge.dependency, edge => edge.position);
        HashSet<int> after = [.. subtasks];
        HashSet<AdditionEnd> ends = [];
        Stack<int> open = new(after);
        while (open.TryPop(out int next))
        {
            if (next < _offset)
            {
                foreach (int successor in graph.PlannedSuccessors(next))
                {
                    Visit(successor);
                }

                graph.AddedSuccessors(next)?.ForEach(Visit);
                foreach (AdditionEnd end in graph.Ends.With(next).SelectMany(end => end.Outwards()).Where(ends.Add))
                {
                    end.Waiters.ForEach(waiter => Visit(waiter.Subtask));
                }
            }

            foreach (int successor in _positions[next])
            {
                Visit(successor);
            }
        }

        return after;

        void Visit(int successor)
        {
            if (after.Add(successor))
            {
                open.Push(successor);
            }
        }
    }
}
