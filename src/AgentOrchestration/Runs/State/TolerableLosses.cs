using AgentOrchestration.Graph.Growth;

namespace AgentOrchestration.Runs.State;

/// <summary>
/// The subtasks that a run can do without: every way from one of them to a subtask that nothing depends on leads over an optional input, or over a
/// list of which some items may fail. Each subtask, dependency and end of additions is visited once, however many are asked about; when the graph grows,
/// only answers that the growth can change are forgotten. A way leads over subtasks, by their indices, and over ends, by the complement of their numbers. It may
/// lead back to where it was: what is added late can depend on a subtask that was cancelled while it waited for the end of these additions. So answers are found
/// for all of a cycle at once. Source: Tarjan, "Depth-First Search and Linear Graph Algorithms" (1972).
/// </summary>
internal sealed class TolerableLosses(GrowingGraph graph)
{
    /// <summary>Something comes next that can do without what comes before it.</summary>
    private const int NotNeeded = int.MinValue;

    private const int Unknown = 0;
    private const int Tolerable = -1;
    private const int Needed = -2;

    private readonly Stack<Step> _way = new();

    // Those of a cycle that were left while where it begins is still on the way.
    private readonly Stack<int> _ofCycles = new();

    // Of each subtask and end an answer; or the place on the way, from 1, that it has or leads back to.
    private int[] _answers = [];
    private int[] _answersOfEnds = [];

    /// <summary>The number of subtasks and ends that were visited so far.</summary>
    public long Visits { get; private set; }

    /// <summary>Returns whether the run can do without a subtask.</summary>
    /// <param name="subtask">The subtask.</param>
    public bool Contains(int subtask)
    {
        if (!graph.MayDoWithout)
        {
            return false;
        }

        GrowingArray.Reserve(ref _answers, graph.Count);
        GrowingArray.Reserve(ref _answersOfEnds, graph.Ends.All.Count);
        if (_answers[subtask] == Unknown)
        {
            Find(subtask);
        }

        return _answers[subtask] == Tolerable;
    }

    /// <summary>The graph has grown: what was there before may have got successors.</summary>
    /// <param name="growth">What was added.</param>
    public void Forget(GraphGrowth growth)
    {
        foreach (int[] dependencies in growth.Part.Dependencies)
        {
            foreach (int dependency in dependencies)
            {
                Forget(dependency, growth.Offset);
            }
        }

        foreach (int member in growth.Waits.Ends.SelectMany(end => end.Members))
        {
            Forget(member, growth.Offset);
        }

        foreach (EndWait wait in growth.Waits.Waits)
        {
            if (wait.End.Number >= 0)
            {
                Forget(~wait.End.Number, growth.Offset);
            }
        }
    }

    /// <summary>Walks in depth, so that the subtasks on the way are those that the one at its end counts for.</summary>
    private void Find(int subtask)
    {
        Enter(subtask);
        while (_way.TryPop(out Step step))
        {
            int answer = Tolerable;
            int earliest = AnswerOf(step.Node);
            for (int next = step.Next; answer == Tolerable && SuccessorOf(step.Node, next) is { } successor; next++)
            {
                if (successor == NotNeeded)
                {
                    continue;
                }

                answer = AnswerOf(successor);
                if (answer > 0)
                {
                    earliest = Math.Min(earliest, answer);
                    answer = Tolerable;
                }
                else if (answer == Unknown)
                {
                    AnswerOf(step.Node) = earliest;
                    _way.Push(step with { Next = next });
                    Enter(successor);
                }
            }

            if (answer == Needed || (answer == Tolerable && step.Node >= 0 && !HasSuccessors(step.Node)))
            {
                AnswerOf(step.Node) = Needed;
                EndWay();
            }
            else if (answer == Tolerable)
            {
                Leave(step, earliest);
            }
        }
    }

    private void Enter(int node)
    {
        _way.Push(new Step(node, Next: 0, Place: _way.Count + 1));
        AnswerOf(node) = _way.Count;
        Visits++;
    }

    /// <summary>Nothing that comes after a node is needed, except perhaps by way of one that is on the way before it.</summary>
    private void Leave(Step step, int earliest)
    {
        if (earliest < step.Place)
        {
            AnswerOf(step.Node) = earliest;
            _ofCycles.Push(step.Node);
            return;
        }

        AnswerOf(step.Node) = Tolerable;
        while (_ofCycles.TryPeek(out int node) && AnswerOf(node) >= step.Place)
        {
            AnswerOf(_ofCycles.Pop()) = Tolerable;
        }
    }

    /// <summary>What is needed makes everything on the way to it needed, and what leads back to the way.</summary>
    private void EndWay()
    {
        while (_way.TryPop(out Step before))
        {
            AnswerOf(before.Node) = Needed;
        }

        while (_ofCycles.TryPop(out int node))
        {
            AnswerOf(node) = Needed;
        }
    }

    private ref int AnswerOf(int node) => ref node < 0 ? ref _answersOfEnds[~node] : ref _answers[node];

    private bool IsKnown(int node) => node < 0 ? ~node < _answersOfEnds.Length && _answersOfEnds[~node] != Unknown : node < _answers.Length && _answers[node] != Unknown;

    private bool HasSuccessors(int subtask) =>
        !graph.PlannedSuccessors(subtask).IsEmpty
        || graph.AddedSuccessors(subtask) is { Count: > 0 }
        || graph.Ends.With(subtask).Any(end => end.Outwards().Any(outer => outer.Waiters.Count > 0));

    /// <summary>Returns what comes after a subtask or an end, one after the other; ends first, so that nothing that comes before an end is known when the end is not.</summary>
    private int? SuccessorOf(int node, int position)
    {
        if (node < 0)
        {
            AdditionEnd end = graph.Ends.All[~node];
            return position < end.Waiters.Count ? (end.Waiters[position].IsOptional ? NotNeeded : end.Waiters[position].Subtask)
                : position - end.Waiters.Count < end.Outer.Count ? ~end.Outer[position - end.Waiters.Count].Number
                : null;
        }

        IReadOnlyList<AdditionEnd> ends = graph.Ends.With(node);
        if (position < ends.Count)
        {
            return graph.Additions.IsLast(node) ? ~ends[position].Number : NotNeeded;
        }

        position -= ends.Count;
        ReadOnlySpan<int> planned = graph.PlannedSuccessors(node);
        List<int>? added = graph.AddedSuccessors(node);
        int? successor = position < planned.Length ? planned[position] : position - planned.Length < added?.Count ? added[position - planned.Length] : null;
        return successor is { } next && !graph.IsNeeded(node, next) ? NotNeeded : successor;
    }

    private void Forget(int node, int offset)
    {
        if (node >= offset || !IsKnown(node))
        {
            return;
        }

        Stack<int> open = new([node]);
        AnswerOf(node) = Unknown;
        while (open.TryPop(out int next))
        {
            foreach (int before in NeededBefore(next))
            {
                if (IsKnown(before))
                {
                    AnswerOf(before) = Unknown;
                    open.Push(before);
                }
            }
        }
    }

    /// <summary>What a subtask or an end counts for: what comes before it and is needed by it.</summary>
    private IEnumerable<int> NeededBefore(int node)
    {
        if (node < 0)
        {
            AdditionEnd end = graph.Ends.All[~node];
            return end.Members.Where(graph.Additions.IsLast).Concat(end.Inner.Select(inner => ~inner.Number));
        }

        return graph.Dependencies[node].Concat(graph.PartsOf(node)).Where(before => graph.IsNeeded(before, node))
            .Concat(graph.Ends.AwaitedBy(node).Select(end => ~end.Number));
    }

    /// <param name="Node">A subtask or an end.</param>
    /// <param name="Next">The next of what comes after it.</param>
    /// <param name="Place">Its place on the way, from 1.</param>
    private readonly record struct Step(int Node, int Next, int Place);
}
