using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Growth;

/// <summary>
/// The graph of a run: that of its plan and what the run has added. Shares the plan's arrays until it grows; indices never change.
/// One writer at a time; readers may read what was there when their index was.
/// </summary>
internal sealed class GrowingGraph
{
    private readonly Dictionary<int, List<int>> _addedSuccessors = [];
    private readonly IOpenSubtasks? _open;
    private readonly SettledSubtasks? _settled;
    private Dictionary<int, bool>? _compositesWait;
    private GraphWalk? _walk;
    private bool _mayLoseItems;
    private HashSet<(int Dependency, int Subtask)>? _addedOptional;
    private Dictionary<string, int>? _indices;
    private double[] _priorities;
    private Subtask[]? _subtasks;
    private bool _ownsArrays;

    public GrowingGraph(TaskGraph origin)
        : this(origin, origin.Priorities)
    {
    }

    /// <param name="origin">The plan's.</param>
    /// <param name="priorities">Of each of its subtasks; the greater, the more urgent.</param>
    /// <param name="open">Which subtasks have not ended. Default: it is not known.</param>
    public GrowingGraph(TaskGraph origin, double[] priorities, IOpenSubtasks? open = null)
    {
        Origin = origin;
        _open = open;
        _settled = open is null ? null : new SettledSubtasks(this, open);
        Count = origin.Count;
        TaskTypes = origin.TaskTypes;
        Inputs = origin.Part.Inputs;
        Policies = origin.Part.Policies;
        Dependencies = origin.Dependencies;
        NeedVectors = origin.NeedVectors;
        NeedVectorOf = origin.NeedVectorOf;
        _priorities = priorities;
    }

    public TaskGraph Origin { get; }

    public int Count { get; private set; }

    public TaskDescriptor[] TaskTypes { get; private set; }

    public InputBinding?[] Inputs { get; private set; }

    public AttemptPolicy[] Policies { get; private set; }

    public int[][] Dependencies { get; private set; }

    public NeedVectors NeedVectors { get; private set; }

    public int[] NeedVectorOf { get; private set; }

    public bool HasGrown => _subtasks is not null;

    /// <summary>What the run has added.</summary>
    public Additions Additions { get; } = new();

    /// <summary>The ends of what subtasks have added, for which others wait.</summary>
    public AdditionEnds Ends { get; } = new();

    public Subtask SubtaskAt(int index) => _subtasks is { } grown ? grown[index] : Origin.Subtasks[index];

    public long UrgencyOf(int index) => Urgency.Of(_priorities[index], index);

    /// <summary>From now on the critical path decides what is urgent.</summary>
    /// <param name="plan">The plan: the origin, or what was written while the run continued already.</param>
    /// <param name="seconds">Of each of the plan's subtasks, what it is expected to take; <see langword="null"/> for what the plan says.</param>
    public void GoByCriticalPath(TaskGraph plan, double[]? seconds)
    {
        double[] planned = seconds is null ? plan.Priorities : CriticalPath.Priorities(plan.Successors, plan.TopologicalOrder, seconds);
        if (plan == Origin)
        {
            _priorities = [.. planned, .. _priorities.AsSpan(Origin.Count, Count - Origin.Count)];
        }
        else
        {
            SetPriorities(plan, planned);
        }
    }

    /// <summary>From now on other priorities decide what is urgent.</summary>
    /// <param name="plan">The plan; what the run has beside it keeps its own.</param>
    /// <param name="priorities">Of each of the plan's subtasks.</param>
    public void SetPriorities(TaskGraph plan, double[] priorities)
    {
        double[] all = _priorities.AsSpan(0, Count).ToArray();
        for (int i = 0; i < plan.Count; i++)
        {
            if (IndexOf(plan.Subtasks[i].Id) is { } index)
            {
                all[index] = priorities[i];
            }
        }

        _priorities = all;
    }

    /// <summary>Whether the run can do without anything: a dependency may end in any way, or an item of a list may fail.</summary>
    public bool MayDoWithout => _mayLoseItems || (Origin.Part.Optional ?? _addedOptional) is not null;

    /// <summary>Whether any dependency may end in any way.</summary>
    public bool HasOptional => (Origin.Part.Optional ?? _addedOptional) is not null;

    public bool IsOptional(int dependency, int subtask) =>
        Origin.Part.Optional?.Contains((dependency, subtask)) == true || _addedOptional?.Contains((dependency, subtask)) == true;

    /// <summary>Whether a subtask is one of those that another is made of.</summary>
    public bool IsPart(int subtask, int whole) => HasGrown && Additions.Of(whole) is { IsJoined: true } growth && subtask >= growth.Offset && subtask < growth.Offset + growth.Part.Count;

    /// <summary>The additions that a subtask waits for, because something that it depends on has added them.</summary>
    public IEnumerable<int> AwaitedBy(int waiter) => Ends.AwaitedBy(waiter) is { Count: > 0 } ends
        ? ends.SelectMany(end => end.Inwards()).Distinct().SelectMany(end => end.Members).Distinct()
        : [];

    /// <summary>All that a subtask waits for.</summary>
    public IEnumerable<int> Before(int subtask) => Dependencies[subtask].Concat(PartsOf(subtask)).Concat(AwaitedBy(subtask));

    /// <summary>Whether a subtask is known to have ended.</summary>
    public bool HasEnded(int subtask) => _open?.IsOpen(subtask) == false;

    /// <summary>Whether a subtask is known to have ended after everything that comes before it. Asked by whoever lets the graph grow.</summary>
    public bool IsSettled(int subtask) => _settled?.Contains(subtask) == true;

    /// <summary>Begins a walk over the graph. One at a time; called by the code that lets the graph grow.</summary>
    public GraphWalk Walk() => (_walk ??= new GraphWalk()).Begin(Count, Ends.All.Count);

    /// <summary>Whether something has to wait for an end still, as far as is known.</summary>
    public bool IsAwaitable(AdditionEnd end) => _open?.IsAwaitable(end) ?? true;

    /// <summary>Whether a subtask has added others.</summary>
    public bool HasAdded(int subtask) => HasGrown && Additions.Of(subtask) is not null;

    /// <summary>Whether a subtask waits for what its dependencies add.</summary>
    public bool WaitsForAdded(int subtask)
    {
        Subtask known = SubtaskAt(subtask);
        if (known.Plan is null)
        {
            return WaitsForAdded(known, TaskTypes[subtask]);
        }

        // A plan is as large as it is; it is looked through once.
        _compositesWait ??= [];
        if (!_compositesWait.TryGetValue(subtask, out bool waits))
        {
            _compositesWait.Add(subtask, waits = WaitsForAdded(known, TaskTypes[subtask]));
        }

        return waits;
    }

    public bool WaitsForAdded(Subtask subtask, TaskDescriptor taskType) => GrowthWaits.WaitsForAdded(subtask, taskType, Origin.Checker.TaskTypes);

    /// <summary>Whether a subtask cannot end well when one that it waits for does not.</summary>
    public bool IsNeeded(int dependency, int subtask)
    {
        if (IsPart(dependency, subtask))
        {
            // Of a plan, only what its last subtasks give is its output; an item may be one that is allowed to fail.
            return !SubtaskAt(subtask).OnItemFailure.ListsErrors && Additions.IsLast(dependency);
        }

        return !IsOptional(dependency, subtask);
    }

    /// <summary>The successors that the plan knows.</summary>
    public ReadOnlySpan<int> PlannedSuccessors(int index) => index < Origin.Count ? Origin.Successors.Successors(index) : [];

    /// <summary>The successors that the run has added.</summary>
    public List<int>? AddedSuccessors(int index) => HasGrown ? _addedSuccessors.GetValueOrDefault(index) : null;

    /// <summary>The subtasks that a subtask has added and waits for.</summary>
    public IEnumerable<int> PartsOf(int index) =>
        HasGrown && Additions.Of(index) is { IsJoined: true } growth ? Enumerable.Range(growth.Offset, growth.Part.Count) : [];

    public int? IndexOf(string id)
    {
        _indices ??= Enumerable.Range(0, Count).ToDictionary(index => SubtaskAt(index).Id, StringComparer.Ordinal);
        return _indices.TryGetValue(id, out int found) ? found : null;
    }

    /// <summary>Adds subtasks behind the others. The parent of joined ones comes after every one of them.</summary>
    public void Grow(GraphGrowth growth)
    {
        CheckedSubtasks part = growth.Part;
        int offset = Count;
        if (offset != growth.Offset)
        {
            throw new InvalidOperationException($"The growth was made for a graph of {growth.Offset} subtasks, but it has {offset}.");
        }

        if (!HasGrown)
        {
            NeedVectors = new NeedVectors(NeedVectors);
        }

        _subtasks = Appended(_subtasks ?? [.. Origin.Subtasks], offset, part.Subtasks);
        TaskTypes = Appended(TaskTypes, offset, part.TaskTypes);
        Inputs = Appended(Inputs, offset, part.Inputs);
        Policies = Appended(Policies, offset, part.Policies);
        Dependencies = Appended(Dependencies, offset, part.Dependencies);
        NeedVectorOf = Appended(NeedVectorOf, offset, NeedVectors.IndicesOf(part));
        _priorities = Appended(_priorities, offset, PrioritiesOf(growth));
        _ownsArrays = true;
        Count = offset + part.Count;
        Additions.Add(growth);
        _mayLoseItems |= growth.IsJoined && _subtasks[growth.Parent].OnItemFailure.ListsErrors;
        AddEdges(growth, offset);
        Ends.Add(growth.Waits);
        if (growth.IsJoined)
        {
            Ends.AddParts(growth.Parent);
        }

        if (_indices is not null)
        {
            for (int i = 0; i < part.Count; i++)
            {
                _indices.Add(part.Subtasks[i].Id, offset + i);
            }
        }
    }

    /// <summary>The ids of optional dependencies for which <paramref name="hasOutput"/> does not hold.</summary>
    public IReadOnlyList<string> MissingOptional(int index, Func<int, bool> hasOutput) =>
        SubtaskAt(index).OptionalDependsOn.Count == 0
            ? []
            : [.. Dependencies[index].Where(dependency => IsOptional(dependency, index) && !hasOutput(dependency)).Select(dependency => SubtaskAt(dependency).Id)];

    private double[] PrioritiesOf(GraphGrowth growth)
    {
        double[] priorities = CriticalPath.Priorities(growth.Part.Successors, growth.Part.TopologicalOrder, growth.Part.EstimatedSeconds());
        double afterwards = growth.IsJoined ? _priorities[growth.Parent] : 0;
        foreach ((AdditionEnd _, EndWaiter waiter) in growth.Waits.Waits)
        {
            afterwards = waiter.Subtask < growth.Offset ? Math.Max(afterwards, _priorities[waiter.Subtask]) : afterwards;
        }

        // Who waits for an end that is there already waits for what is added within it.
        HashSet<AdditionEnd> found = [.. growth.Waits.Ends];
        Stack<AdditionEnd> open = new(found);
        while (open.TryPop(out AdditionEnd? end))
        {
            afterwards = end.Number < 0 ? afterwards : Math.Max(afterwards, end.PriorityBehind(_priorities));
            foreach (AdditionEnd outer in end.Outer)
            {
                if (found.Add(outer))
                {
                    open.Push(outer);
                }
            }
        }

        return Array.ConvertAll(priorities, priority => priority + afterwards);
    }

    private void AddEdges(GraphGrowth growth, int offset)
    {
        for (int i = 0; i < growth.Part.Count; i++)
        {
            foreach (int dependency in growth.Part.Dependencies[i])
            {
                AddEdge(dependency, offset + i);
            }

            if (growth.IsJoined)
            {
                AddEdge(offset + i, growth.Parent);
            }
        }

        if (growth.Part.Optional is { } optional)
        {
            (_addedOptional ??= []).UnionWith(optional);
        }
    }

    private void AddEdge(int dependency, int subtask)
    {
        if (!_addedSuccessors.TryGetValue(dependency, out List<int>? successors))
        {
            _addedSuccessors.Add(dependency, successors = []);
        }

        successors.Add(subtask);
    }

    /// <summary>Copies an array when it is full or the plan's own, so that readers of the old one are not disturbed.</summary>
    private T[] Appended<T>(T[] items, int count, IReadOnlyList<T> added)
    {
        int needed = count + added.Count;
        T[] grown = items;
        if (needed > items.Length || !_ownsArrays)
        {
            grown = new T[GrowingArray.LengthFor(count, needed)];
            Array.Copy(items, grown, count);
        }

        for (int i = 0; i < added.Count; i++)
        {
            grown[count + i] = added[i];
        }

        return grown;
    }
}
