using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Has objects of resources made ahead of need: for subtasks that wait for their turn, and for those of which every unfinished dependency is running. They are
/// announced in the order in which that is known, as many at a time as attempts can run at a time. Used inside the gate.
/// </summary>
internal sealed class ObjectsAhead
{
    private readonly ResourceObjects _objects;
    private readonly Action<Action> _elsewhere;
    private readonly RunState _state;
    private readonly GrowingGraph _graph;
    private readonly int _most;

    // Of each subtask, how many of its dependencies neither run nor have ended, and whether it runs or has ended itself.
    private readonly List<int> _notBegun = [];
    private readonly List<bool> _hasBegun = [];

    private readonly Queue<int> _due = new();
    private readonly HashSet<int> _announced = [];
    private readonly Dictionary<int, (ResourceObjectPool Pool, long Amount)[]> _needs = [];
    private int _seen;

    private ObjectsAhead(ResourceObjects objects, RunState state, int most, WorkerPool workers)
    {
        _objects = objects;
        _elsewhere = workers.Queue;
        _state = state;
        _graph = state.Graph;
        _most = most;
    }

    /// <summary>Returns what announces for a run; <see langword="null"/> when its plan needs no objects that are made ahead.</summary>
    public static ObjectsAhead? Of(ResourceObjects? objects, RunState state, int maxParallelism, WorkerPool workers)
    {
        NeedVectors needs = state.Graph.NeedVectors;
        return objects is not null && Enumerable.Range(0, needs.Count).Any(index => needs[index].Amounts.Any(amount => objects.MadeAhead(amount.Name) is not null))
            ? new ObjectsAhead(objects, state, maxParallelism, workers)
            : null;
    }

    /// <summary>Reads on what has happened.</summary>
    public void Follow()
    {
        Extend();
        for (RunHistory history = _state.History; _seen < history.Count; _seen++)
        {
            ref readonly RunFact fact = ref history[_seen];
            switch (fact.Kind)
            {
                case RunFactKind.AttemptStarted:
                case RunFactKind.SubtaskSucceeded:
                case RunFactKind.SubtaskFailed:
                case RunFactKind.SubtaskSkipped:
                case RunFactKind.SubtaskCancelled:
                    Begin(fact.Subtask);
                    break;
                case RunFactKind.SubtasksAdded when fact.Subtask >= 0:
                    Withdraw(fact.Subtask);
                    break;
                case RunFactKind.RunEnded:
                    End();
                    break;
            }
        }

        while (_announced.Count < _most && _due.TryDequeue(out int subtask))
        {
            if (IsDue(subtask) && _announced.Add(subtask))
            {
                Expect(subtask, 1);
            }
        }
    }

    /// <summary>The run asks for nothing any longer.</summary>
    public void End()
    {
        _due.Clear();
        foreach (int subtask in _announced)
        {
            Expect(subtask, -1);
        }

        _announced.Clear();
    }

    private bool IsDue(int subtask) => _notBegun[subtask] == 0 && !_hasBegun[subtask] && !_graph.HasAdded(subtask);

    /// <summary>Adds the subtasks that have become known.</summary>
    private void Extend()
    {
        int known = _notBegun.Count;
        for (int i = known; i < _graph.Count; i++)
        {
            _hasBegun.Add(false);
            _notBegun.Add(0);
        }

        for (int i = known; i < _graph.Count; i++)
        {
            _notBegun[i] = _graph.Dependencies[i].Count(dependency => !_hasBegun[dependency]);
            AddIfDue(i);
        }
    }

    private void Begin(int subtask)
    {
        Withdraw(subtask);
        if (_hasBegun[subtask])
        {
            return;
        }

        _hasBegun[subtask] = true;
        foreach (int successor in _graph.PlannedSuccessors(subtask))
        {
            BeginDependency(successor);
        }

        foreach (int successor in _graph.AddedSuccessors(subtask) ?? [])
        {
            // What a whole is made of was not among its dependencies when it was counted.
            if (!_graph.IsPart(subtask, successor))
            {
                BeginDependency(successor);
            }
        }
    }

    private void BeginDependency(int successor)
    {
        _notBegun[successor]--;
        AddIfDue(successor);
    }

    private void AddIfDue(int subtask)
    {
        if (IsDue(subtask) && NeedsOf(subtask).Length > 0)
        {
            _due.Enqueue(subtask);
        }
    }

    private void Withdraw(int subtask)
    {
        if (_announced.Remove(subtask))
        {
            Expect(subtask, -1);
        }
    }

    private void Expect(int subtask, int sign)
    {
        foreach ((ResourceObjectPool pool, long amount) in NeedsOf(subtask))
        {
            pool.Expect(sign * amount, _elsewhere);
        }
    }

    private (ResourceObjectPool Pool, long Amount)[] NeedsOf(int subtask)
    {
        int index = _graph.NeedVectorOf[subtask];
        if (!_needs.TryGetValue(index, out (ResourceObjectPool Pool, long Amount)[]? needs))
        {
            needs = [.. _graph.NeedVectors[index].Amounts.Where(amount => _objects.MadeAhead(amount.Name) is not null).Select(amount => (_objects.Of(amount.Name), amount.Amount))];
            _needs.Add(index, needs);
        }

        return needs;
    }
}
