using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Growth;

/// <summary>
/// Finds who waits for additions: a subtask may wait for a dependency and for everything that it adds, directly and through what it adds. What an
/// addition itself waits for does not wait for the addition.
/// </summary>
internal sealed class GrowthWaits
{
    private readonly GrowingGraph _graph;
    private readonly CheckedSubtasks _part;
    private readonly int _offset;
    private readonly List<AwaitedAddition> _found = [];

    private GrowthWaits(GrowingGraph graph, CheckedSubtasks part)
    {
        _graph = graph;
        _part = part;
        _offset = graph.Count;
    }

    /// <summary>Finds who waits for what is going to be added, and what has been added before that some of it waits for.</summary>
    /// <param name="graph">The graph before it grows.</param>
    /// <param name="parent">The subtask that adds; -1 for the plan.</param>
    /// <param name="part">What it adds.</param>
    /// <param name="isJoined">Whether the parent waits for it: then nobody else has to, and it waits for nothing that its parent does not wait for.</param>
    public static IReadOnlyList<AwaitedAddition> Find(GrowingGraph graph, int parent, CheckedSubtasks part, bool isJoined)
    {
        if (isJoined)
        {
            return [];
        }

        var waits = new GrowthWaits(graph, part);
        if (parent >= 0)
        {
            waits.FindWaiters(parent);
        }

        waits.FindAwaited(parent);
        return waits._found;
    }

    /// <summary>By default, what changes something outside waits.</summary>
    public static bool WaitsForAdded(Subtask subtask, TaskDescriptor taskType, ITaskTypeRegistry taskTypes) => subtask.WaitsForAdded ?? ChangesSomething(subtask, taskType, taskTypes);

    private static bool ChangesSomething(Subtask subtask, TaskDescriptor? taskType, ITaskTypeRegistry taskTypes) => subtask.Plan is { } plan
        ? plan.Subtasks.Any(inner => ChangesSomething(inner, taskTypes.TryGet(inner.TaskType, out TaskDescriptor? known) ? known : null, taskTypes))
        : taskType is null or { Effect: TaskEffect.Write or TaskEffect.Irreversible };

    private void FindWaiters(int parent)
    {
        Dictionary<int, bool> waiters = [];
        Collect(parent, waiters);
        bool dependsOnOthers = Array.Exists(_part.Dependencies, dependencies => Array.Exists(dependencies, dependency => dependency < _offset && dependency != parent));
        bool mayDependOnOpen = dependsOnOthers && Array.Exists(_part.Dependencies, dependencies => Array.Exists(dependencies, dependency => dependency < _offset && dependency != parent && !_graph.IsSettled(dependency)));
        foreach ((int waiter, bool isOptional) in waiters.OrderBy(waiter => waiter.Key))
        {
            // Asked after what is depended on: what was settled while the waiter was still open does not come after it.
            if (_graph.HasEnded(waiter))
            {
                continue;
            }

            HashSet<int> after = mayDependOnOpen ? After(waiter) : [];
            for (int added = _offset; added < _offset + _part.Count; added++)
            {
                if (!after.Contains(added))
                {
                    _found.Add(new AwaitedAddition(added, waiter, isOptional));
                }
            }
        }
    }

    /// <summary>Who waits for a subtask and what it adds, and whether that is optional to them. Who waits for a whole waits for what its parts add.</summary>
    private void Collect(int subtask, Dictionary<int, bool> waiters)
    {
        foreach (int successor in _graph.PlannedSuccessors(subtask))
        {
            Collect(subtask, successor, waiters);
        }

        foreach (int successor in _graph.AddedSuccessors(subtask) ?? [])
        {
            Collect(subtask, successor, waiters);
        }
    }

    private void Collect(int subtask, int successor, Dictionary<int, bool> waiters)
    {
        if (_graph.IsPart(subtask, successor))
        {
            Collect(successor, waiters);
        }
        else if (_graph.IsAwaited(subtask, successor) || (_graph.WaitsForAdded(successor) && !_graph.Additions.IsWithin(successor, subtask)))
        {
            bool isOptional = _graph.IsOptional(subtask, successor);
            waiters[successor] = isOptional && waiters.GetValueOrDefault(successor, true);
        }
    }

    /// <summary>A subtask and everything that comes after it, and therefore cannot be waited for.</summary>
    private HashSet<int> After(int subtask)
    {
        ILookup<int, int> added = _part.Dependencies
            .SelectMany((dependencies, position) => dependencies.Select(dependency => (dependency, position: _offset + position)))
            .Concat(_found.Select(wait => (dependency: wait.Added, position: wait.Waiter)))
            .ToLookup(edge => edge.dependency, edge => edge.position);
        HashSet<int> after = [subtask];
        Stack<int> open = new(after);
        while (open.TryPop(out int next))
        {
            IEnumerable<int> known = next < _offset ? [.. _graph.PlannedSuccessors(next), .. _graph.AddedSuccessors(next) ?? []] : [];
            foreach (int successor in known.Concat(added[next]))
            {
                if (after.Add(successor))
                {
                    open.Push(successor);
                }
            }
        }

        return after;
    }

    /// <summary>What has been added before by what the new subtasks depend on. What they themselves come from has added them, and does not count.</summary>
    private void FindAwaited(int parent)
    {
        for (int position = 0; position < _part.Count; position++)
        {
            bool? waits = null;
            foreach (int dependency in _part.Dependencies[position])
            {
                if (dependency < _offset
                    && dependency != parent
                    && _graph.HasAdded(dependency)
                    && !(parent >= 0 && _graph.Additions.IsWithin(parent, dependency))
                    && (waits ??= _graph.WaitsForAdded(_part.Subtasks[position], _part.TaskTypes[position])))
                {
                    FindAwaited(position, dependency);
                }
            }
        }
    }

    private void FindAwaited(int position, int dependency)
    {
        bool isOptional = _part.Optional?.Contains((dependency, _offset + position)) == true;
        HashSet<int> after = After(_offset + position);
        foreach (int added in _graph.Additions.Within(dependency))
        {
            if (!after.Contains(added) && !_part.Dependencies[position].Contains(added))
            {
                _found.Add(new AwaitedAddition(added, _offset + position, isOptional));
            }
        }
    }
}
