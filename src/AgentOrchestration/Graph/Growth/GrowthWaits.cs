using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Growth;

/// <summary>
/// Finds who waits for additions: a subtask may wait for a dependency and for everything that it adds, directly and through what it adds. What an
/// addition itself waits for does not wait for the addition. Who waits, waits for an end, not for each addition.
/// </summary>
internal sealed class GrowthWaits
{
    private readonly GrowingGraph _graph;
    private readonly CheckedSubtasks _part;
    private readonly int _parent;
    private readonly int _offset;
    private readonly WaitOrder _order;
    private readonly List<AdditionEnd> _ends = [];
    private readonly List<EndWait> _waits = [];
    private readonly Dictionary<int, AdditionEnd> _newByOrigin = [];
    private Dictionary<(AdditionEnd End, int Level), AdditionEnd>? _limited;

    private GrowthWaits(GrowingGraph graph, int parent, CheckedSubtasks part)
    {
        _graph = graph;
        _part = part;
        _parent = parent;
        _offset = graph.Count;
        _order = new WaitOrder(graph, part);
    }

    /// <summary>Finds who waits for what is going to be added, and what has been added before that some of it waits for.</summary>
    /// <param name="graph">The graph before it grows.</param>
    /// <param name="parent">The subtask that adds; -1 for the plan.</param>
    /// <param name="part">What it adds.</param>
    /// <param name="isJoined">Whether the parent waits for it: then nobody else has to, and it waits for nothing that its parent does not wait for.</param>
    public static AdditionWaits Find(GrowingGraph graph, int parent, CheckedSubtasks part, bool isJoined)
    {
        if (isJoined)
        {
            return AdditionWaits.None;
        }

        var waits = new GrowthWaits(graph, parent, part);
        if (parent >= 0)
        {
            waits.FindWaiters();
        }

        waits.FindAwaited();
        return waits._ends.Count + waits._waits.Count == 0 ? AdditionWaits.None : new AdditionWaits(waits._ends, waits._waits);
    }

    /// <summary>By default, what changes something outside waits.</summary>
    public static bool WaitsForAdded(Subtask subtask, TaskDescriptor taskType, ITaskTypeRegistry taskTypes) => subtask.WaitsForAdded ?? ChangesSomething(subtask, taskType, taskTypes);

    private static bool ChangesSomething(Subtask subtask, TaskDescriptor? taskType, ITaskTypeRegistry taskTypes) => subtask.Plan is { } plan
        ? plan.Subtasks.Any(inner => ChangesSomething(inner, taskTypes.TryGet(inner.TaskType, out TaskDescriptor? known) ? known : null, taskTypes))
        : taskType is null or { Effect: TaskEffect.Write or TaskEffect.Irreversible };

    private void FindWaiters()
    {
        // Found before it is asked who has ended: what was settled while a waiter was still open does not come after it.
        int[] before = [.. _part.Dependencies.SelectMany(dependencies => dependencies).Where(dependency => dependency < _offset && dependency != _parent).Distinct().Where(dependency => !_graph.IsSettled(dependency))];
        AdditionEnd end = EndOf(_parent);
        end.Before.AddRange([.. before, _parent]);
        _order.Waits = _waits;
        _order.Outer = [.. end.Outwards()];
        if (before.Length > 0 && _order.AnyWaiterIsBefore(before))
        {
            Divide(end, before);
        }
        else
        {
            end.Members = [.. Enumerable.Range(_offset, _part.Count)];
        }
    }

    /// <summary>
    /// The end of what a subtask adds, with those that wait for it. What waits for the subtask as an addition, or as a part, waits for what it adds: the
    /// end is within another.
    /// </summary>
    private AdditionEnd EndOf(int origin)
    {
        if (_graph.Ends.Of(origin) is { } known || _newByOrigin.TryGetValue(origin, out known))
        {
            return known;
        }

        var end = new AdditionEnd { Origin = origin };
        _newByOrigin.Add(origin, end);
        _ends.Add(end);
        foreach (int successor in _graph.PlannedSuccessors(origin))
        {
            Collect(end, successor);
        }

        foreach (int successor in _graph.AddedSuccessors(origin) ?? [])
        {
            Collect(end, successor);
        }

        end.Outer.AddRange(_graph.Ends.With(origin));
        return end;
    }

    private void Collect(AdditionEnd end, int successor)
    {
        if (_graph.IsPart(end.Origin, successor))
        {
            end.Outer.Add(EndOf(successor));
        }
        else if (_graph.WaitsForAdded(successor) && !_graph.Additions.IsWithin(successor, end.Origin) && !_graph.HasEnded(successor))
        {
            _waits.Add(new EndWait(end, new EndWaiter(successor, _graph.IsOptional(end.Origin, successor))));
        }
    }

    /// <summary>
    /// Some of what is added comes after some of those that would wait for it. All wait for the rest; of these additions each is waited for by those that
    /// it does not come after.
    /// </summary>
    private void Divide(AdditionEnd end, int[] before)
    {
        WaitLevels levels = _order.Divide(before);
        end.Members = levels.Members[0];
        AdditionEnd? last = null;
        for (int level = 1; level < levels.Members.Count; level++)
        {
            var later = new AdditionEnd { Members = levels.Members[level] };
            later.Before.AddRange(end.Before);
            last?.Outer.Add(later);
            _ends.Add(later);
            _waits.AddRange(levels.Waiters[level].Select(waiter => new EndWait(later, waiter)));
            last = later;
        }

        last?.LaterThan = end;
    }

    /// <summary>What has been added before by what the new subtasks depend on. What they themselves come from has added them, and does not count.</summary>
    private void FindAwaited()
    {
        for (int position = 0; position < _part.Count; position++)
        {
            bool? waits = null;
            int[]? optional = null;
            foreach (int dependency in _part.Dependencies[position])
            {
                if (dependency < _offset
                    && dependency != _parent
                    && _graph.Ends.Of(dependency) is { } end
                    && !(_parent >= 0 && _graph.Additions.IsWithin(_parent, dependency))
                    && (waits ??= _graph.WaitsForAdded(_part.Subtasks[position], _part.TaskTypes[position])))
                {
                    // What it depends on itself it may take as an optional input of its own.
                    optional ??= [.. _part.Dependencies[position].Where(other => IsOptional(other, position))];
                    int[] own = IsOptional(dependency, position) ? [] : optional;
                    WaitFor(end, position, IsOptional(dependency, position), own);
                    end.Later.ForEach(later => WaitFor(later, position, IsOptional(dependency, position), own));
                }
            }
        }
    }

    private bool IsOptional(int dependency, int position) => _part.Optional?.Contains((dependency, _offset + position)) == true;

    private void WaitFor(AdditionEnd end, int position, bool isOptional, int[] own)
    {
        // What a whole adds may begin again as long as it has parts to end.
        if (!_graph.IsAwaitable(end) && (end.Origin < 0 || _graph.HasEnded(end.Origin)))
        {
            return;
        }

        int[] within = [.. own.Where(dependency => IsWithin(dependency, end))];
        int level = _order.LevelOf(position);
        AdditionEnd awaited = within.Length > 0 ? Limit(end, level, within)
            : !_order.IsAfterAWaiter(end) ? end
            : (_limited ??= []).TryGetValue((end, level), out AdditionEnd? limited) ? limited
            : _limited[(end, level)] = Limit(end, level, []);
        _waits.Add(new EndWait(awaited, new EndWaiter(_offset + position, isOptional)));
    }

    private bool IsWithin(int added, AdditionEnd end) => _graph.Ends.With(added).Any(own => own.Outwards().Contains(end));

    /// <summary>Of an end what can be waited for by what is added: nothing that comes after those who wait for the addition.</summary>
    private AdditionEnd Limit(AdditionEnd end, int level, int[] except)
    {
        HashSet<int> after = _order.AfterWaiters(level);
        AdditionEnd[] all = [.. end.Inwards()];
        var limited = new AdditionEnd
        {
            Members = [.. all.SelectMany(inner => inner.Members).Distinct().Except(except).Where(member => !after.Contains(member))],
        };
        limited.Before.AddRange(all.SelectMany(inner => inner.Before).Distinct());
        limited.EndsBefore.AddRange(all.SelectMany(inner => inner.EndsBefore).Distinct());
        _ends.Add(limited);
        return limited;
    }
}
