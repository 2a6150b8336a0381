using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Which subtasks may start before they are ready: those that change nothing, have all that their arguments refer to, and only wait for the order, or for the
/// value of their condition, or the approval of the whole plan. All that comes before them and has not ended changes nothing either, so none of them could see the difference. Costs a step for
/// each edge of the graph.
/// </summary>
internal sealed class EarlyCandidates
{
    private readonly DispatchContext _context;
    private readonly PriorityQueue<int, long> _queue = new();
    private readonly HashSet<int> _queued = [];

    // Of each subtask: the dependencies that its arguments refer to, in order; how many of those have not ended; how many dependencies have not ended that change
    // something or come after something that does; and whether it is none of those itself.
    private int[]?[] _referredTo = [];
    private int[] _missing = [];
    private int[] _unclear = [];
    private bool[] _isClear = [];

    public EarlyCandidates(DispatchContext context)
    {
        _context = context;
        Add(0);
    }

    public int Count => _queue.Count;

    /// <summary>Follows a fact of the run.</summary>
    public void Observe(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.SubtasksAdded:
                Add(((GraphGrowth)fact.Payload!).Offset);
                break;
            case RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskSkipped or RunFactKind.SubtaskCancelled:
                End(fact.Subtask);
                break;
            case RunFactKind.PlanCompleted:
                for (int subtask = 0; subtask < _context.Graph.Count; subtask++)
                {
                    Consider(subtask);
                }

                break;
        }
    }

    /// <summary>Takes the most urgent subtask that may start.</summary>
    public bool TryTake(out int subtask)
    {
        while (_queue.TryDequeue(out subtask, out _))
        {
            _queued.Remove(subtask);
            if (MayStart(subtask))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Gives a subtask back that is to be looked at again.</summary>
    public void Return(int subtask)
    {
        if (_queued.Add(subtask))
        {
            _queue.Enqueue(subtask, _context.Graph.UrgencyOf(subtask));
        }
    }

    /// <summary>Whether a subtask may start early as things are now.</summary>
    private bool MayStart(int subtask)
    {
        RunState state = _context.State;
        if (!IsWaiting(subtask) || state.AttemptOf(subtask) > 0 || _missing[subtask] > 0 || _unclear[subtask] > 0)
        {
            return false;
        }

        // It may also wait for what others have added, and a condition whose value is known is none to be guessed.
        return _context.Graph.Dependencies[subtask].Count(state.IsOpen) == state.WaitsFor(subtask)
            && (_context.Graph.Inputs[subtask]?.Condition is not { } condition || state.IsOpen(condition.Subtask))
            && !WaitsForAdded(subtask);
    }

    /// <summary>Whether a subtask waits for others; while the plan has no approval, whether it only computes, because what a read asks for can carry data out.</summary>
    private bool IsWaiting(int subtask) => _context.State.IsPlanOpen
        ? _context.Graph.TaskTypes[subtask].Effect == TaskEffect.Pure && (_context.State.StateOf(subtask) == SubtaskState.Pending || _context.Waits.Of(subtask) == WaitReason.Plan)
        : _context.State.StateOf(subtask) == SubtaskState.Pending;

    private void Add(int first)
    {
        GrowingGraph graph = _context.Graph;
        int count = graph.Count;
        GrowingArray.Reserve(ref _referredTo, count);
        GrowingArray.Reserve(ref _missing, count);
        GrowingArray.Reserve(ref _unclear, count);
        GrowingArray.Reserve(ref _isClear, count);
        for (int subtask = first; subtask < count; subtask++)
        {
            _referredTo[subtask] = MayEverStart(subtask) ? ReferredToBy(subtask) : null;
            foreach (int dependency in graph.Dependencies[subtask])
            {
                if (_context.State.IsOpen(dependency))
                {
                    _missing[subtask] += Needs(subtask, dependency) ? 1 : 0;
                    _unclear[subtask] += _isClear[dependency] ? 0 : 1;
                }
            }
        }

        for (int subtask = first; subtask < count; subtask++)
        {
            Clear(subtask);
            Consider(subtask);
        }
    }

    private void End(int subtask)
    {
        foreach (int successor in _context.Graph.PlannedSuccessors(subtask))
        {
            EndFor(successor);
        }

        _context.Graph.AddedSuccessors(subtask)?.ForEach(EndFor);
        _isClear[subtask] = true;

        void EndFor(int successor)
        {
            _missing[successor] -= Needs(successor, subtask) ? 1 : 0;
            if (!_isClear[subtask])
            {
                _unclear[successor]--;
                Clear(successor);
            }

            Consider(successor);
        }
    }

    /// <summary>Marks what neither changes something nor comes after something that does, and all that this makes so.</summary>
    private void Clear(int first)
    {
        Stack<int> open = new([first]);
        while (open.TryPop(out int subtask))
        {
            if (_isClear[subtask] || _unclear[subtask] > 0 || !_context.Graph.Policies[subtask].ChangesNothing || _context.Graph.SubtaskAt(subtask).IsComposite)
            {
                continue;
            }

            _isClear[subtask] = true;
            foreach (int successor in _context.Graph.PlannedSuccessors(subtask))
            {
                ClearFor(successor);
            }

            _context.Graph.AddedSuccessors(subtask)?.ForEach(ClearFor);
        }

        void ClearFor(int successor)
        {
            if (successor < _isClear.Length && --_unclear[successor] == 0)
            {
                open.Push(successor);
                Consider(successor);
            }
        }
    }

    private void Consider(int subtask)
    {
        if (_missing[subtask] == 0 && _unclear[subtask] == 0 && _referredTo[subtask] is not null && _context.State.StateOf(subtask) == SubtaskState.Pending)
        {
            Return(subtask);
        }
    }

    /// <summary>An approval of its own may be about the price; a batch takes along what is ready; and calls that can be deferred cost less than made early.</summary>
    private bool MayEverStart(int subtask) =>
        _context.Graph.Policies[subtask] is { ChangesNothing: true, RequiresApproval: false, Batch: null }
        && !_context.Graph.SubtaskAt(subtask).IsComposite
        && _context.Deferrals?.EndpointOf(subtask) is null
        && (_context.Graph.Dependencies[subtask].Length > 0 || _context.Options.AwaitsApproval);

    /// <summary>Whether a subtask cannot start without the end of a dependency: it refers to its output, or is to know whether there is one.</summary>
    private bool Needs(int subtask, int dependency) =>
        _referredTo[subtask] is { } referredTo && (Array.BinarySearch(referredTo, dependency) >= 0 || _context.Graph.IsOptional(dependency, subtask));

    private int[] ReferredToBy(int subtask)
    {
        InputBinding? binding = _context.Graph.Inputs[subtask];
        IEnumerable<OutputSource> sources = binding is null ? [] : binding.Sources.Concat(binding.Items?.Sources ?? []);
        return [.. sources.Concat(binding?.List is { } list ? [list] : []).Select(source => source.Subtask).Distinct().Order()];
    }

    /// <summary>Whether something before a subtask waits for what others have added, which may change something.</summary>
    private bool WaitsForAdded(int subtask)
    {
        if (!_context.Graph.HasGrown || _context.Graph.Ends.All.Count == 0)
        {
            return false;
        }

        HashSet<int> seen = [subtask];
        Stack<int> up = new(seen);
        while (up.TryPop(out int next))
        {
            if (_context.Graph.AwaitedBy(next).Any(_context.State.IsOpen))
            {
                return true;
            }

            foreach (int dependency in _context.Graph.Dependencies[next].Where(dependency => _context.State.IsOpen(dependency) && seen.Add(dependency)))
            {
                up.Push(dependency);
            }
        }

        return false;
    }
}
