namespace AgentOrchestration.Scheduling.Search;

/// <summary>
/// Work that takes known times, in a known order, on limited resources (RCPSP). Amounts are packed into words, sixteen bits each, so that
/// whether a vector of needs fits is one subtraction a word.
/// </summary>
internal sealed class SchedulingProblem
{
    private readonly int[][] _predecessors;

    private SchedulingProblem(long[] durations, int[][] predecessors, int[][] successors, PackedAmounts amounts)
    {
        Durations = durations;
        _predecessors = predecessors;
        Successors = successors;
        Amounts = amounts;
    }

    /// <param name="durations">Of each activity, in any unit; positive, so that the order of ends, or of starts, is one in which predecessors come first.</param>
    /// <param name="predecessors">Of each activity those it waits for.</param>
    /// <param name="needs">Of each activity what it needs, each resource once; activities may share an array.</param>
    /// <param name="capacities">Of each resource how much there is.</param>
    public SchedulingProblem(long[] durations, int[][] predecessors, (int Resource, long Amount)[][] needs, long[] capacities)
        : this(durations, predecessors, Invert(predecessors), new PackedAmounts(needs, capacities))
    {
        Reversed = new SchedulingProblem(durations, Successors, predecessors, Amounts) { Reversed = this };
        LowerBound = Math.Max(CriticalPath(), WorkBound(needs, capacities));
        Reversed.LowerBound = LowerBound;
    }

    public int Count => Durations.Length;

    public long[] Durations { get; }

    public PackedAmounts Amounts { get; }

    public int[][] Successors { get; }

    /// <summary>The same with time running backwards.</summary>
    public SchedulingProblem Reversed { get; private init; } = null!;

    /// <summary>No schedule is shorter: the longest path, and the work on each resource by its capacity.</summary>
    public long LowerBound { get; private set; }

    public ReadOnlySpan<int> Predecessors(int activity) => _predecessors[activity];

    /// <summary>Of each activity the longest way from its end to the end of everything.</summary>
    public long[] Tails()
    {
        long[] tails = new long[Count];
        int[] order = TopologicalOrder();
        for (int i = order.Length - 1; i >= 0; i--)
        {
            foreach (int successor in Successors[order[i]])
            {
                tails[order[i]] = Math.Max(tails[order[i]], tails[successor] + Durations[successor]);
            }
        }

        return tails;
    }

    private long CriticalPath()
    {
        long[] tails = Tails();
        long longest = 0;
        for (int activity = 0; activity < Count; activity++)
        {
            longest = Math.Max(longest, tails[activity] + Durations[activity]);
        }

        return longest;
    }

    private long WorkBound((int Resource, long Amount)[][] needs, long[] capacities)
    {
        var work = new Int128[capacities.Length];
        for (int activity = 0; activity < Count; activity++)
        {
            foreach ((int resource, long amount) in needs[activity])
            {
                work[resource] += (Int128)amount * Durations[activity];
            }
        }

        long bound = 0;
        for (int resource = 0; resource < capacities.Length; resource++)
        {
            bound = Math.Max(bound, (long)((work[resource] + capacities[resource] - 1) / capacities[resource]));
        }

        return bound;
    }

    private int[] TopologicalOrder()
    {
        int[] open = Array.ConvertAll(_predecessors, predecessors => predecessors.Length);
        int[] order = new int[Count];
        int found = 0;
        for (int activity = 0; activity < Count; activity++)
        {
            if (open[activity] == 0)
            {
                order[found++] = activity;
            }
        }

        for (int next = 0; next < found; next++)
        {
            foreach (int successor in Successors[order[next]])
            {
                if (--open[successor] == 0)
                {
                    order[found++] = successor;
                }
            }
        }

        return order;
    }

    private static int[][] Invert(int[][] predecessors)
    {
        List<int>[] successors = [.. predecessors.Select(_ => new List<int>())];
        for (int activity = 0; activity < predecessors.Length; activity++)
        {
            foreach (int predecessor in predecessors[activity])
            {
                successors[predecessor].Add(activity);
            }
        }

        return Array.ConvertAll(successors, list => list.ToArray());
    }
}
