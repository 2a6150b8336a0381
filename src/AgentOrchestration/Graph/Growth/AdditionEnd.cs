namespace AgentOrchestration.Graph.Growth;

/// <summary>
/// The end of everything that a subtask adds, directly and through what it adds: one node that others wait for, however much was added and however many
/// wait. An end is reached when its members have ended and the ends within it are reached.
/// </summary>
internal sealed class AdditionEnd
{
    private double[]? _priorities;
    private int _seen;
    private double _priority;

    /// <summary>Gets the subtask that adds.</summary>
    /// <value>An index; -1 for an end that only a few subtasks wait for.</value>
    public int Origin { get; init; } = -1;

    /// <summary>Gets the added subtasks that have to end.</summary>
    public IReadOnlyList<int> Members { get; set; } = [];

    /// <summary>Gets what its members wait for outside of it, as far as it had not ended when they were added, and the members that have parts.</summary>
    public List<int> Before { get; } = [];

    /// <summary>Gets the ends that this one is within.</summary>
    public List<AdditionEnd> Outer { get; } = [];

    /// <summary>Gets the ends within this one.</summary>
    public List<AdditionEnd> Inner { get; } = [];

    /// <summary>Gets the ends that its members wait for.</summary>
    public List<AdditionEnd> EndsBefore { get; } = [];

    /// <summary>Gets the ends that belong to what the subtask adds too, but come after some of those that wait for this one.</summary>
    public List<AdditionEnd> Later { get; } = [];

    /// <summary>Gets the end that this one is later than.</summary>
    public AdditionEnd? LaterThan { get; set; }

    /// <summary>Gets the subtasks that wait for it.</summary>
    public List<EndWaiter> Waiters { get; } = [];

    /// <summary>Gets or sets the number by which the graph knows it.</summary>
    /// <value>-1 until the graph has grown by it.</value>
    public int Number { get; set; } = -1;

    /// <summary>Gets or sets how many members and inner ends are open. Used by the state of the run.</summary>
    public int Open { get; set; }

    /// <summary>Gets or sets the needed member that has ended without an output, directly or within. Used by the state of the run.</summary>
    /// <value>An index; -1 for none.</value>
    public int LostBy { get; set; } = -1;

    /// <summary>Gets or sets whether every member is known to have ended after everything before it.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Gets a list of this end alone.</summary>
    public IReadOnlyList<AdditionEnd> Alone => field ??= [this];

    /// <summary>Removes some of those that wait.</summary>
    public void RemoveWaiters(Predicate<EndWaiter> isRemoved)
    {
        if (Waiters.RemoveAll(isRemoved) > 0)
        {
            _priorities = null;
        }
    }

    /// <summary>Returns the priority of the most urgent subtask that waits for it. Each is looked at once, as long as the priorities are the same.</summary>
    /// <param name="priorities">Of each subtask; another array when they change.</param>
    public double PriorityBehind(double[] priorities)
    {
        if (!ReferenceEquals(_priorities, priorities))
        {
            (_priorities, _seen, _priority) = (priorities, 0, 0);
        }

        for (; _seen < Waiters.Count; _seen++)
        {
            _priority = Math.Max(_priority, priorities[Waiters[_seen].Subtask]);
        }

        return _priority;
    }

    /// <summary>Returns this end and all that it is within, each once.</summary>
    public IEnumerable<AdditionEnd> Outwards() => Closure(static end => end.Outer);

    /// <summary>Returns this end and all within it, each once.</summary>
    public IEnumerable<AdditionEnd> Inwards() => Closure(static end => end.Inner);

    private IEnumerable<AdditionEnd> Closure(Func<AdditionEnd, List<AdditionEnd>> nextOf)
    {
        HashSet<AdditionEnd> found = [this];
        Stack<AdditionEnd> open = new(found);
        while (open.TryPop(out AdditionEnd? end))
        {
            yield return end;
            foreach (AdditionEnd next in nextOf(end))
            {
                if (found.Add(next))
                {
                    open.Push(next);
                }
            }
        }
    }
}
