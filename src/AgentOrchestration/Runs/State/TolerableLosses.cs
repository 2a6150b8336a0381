using AgentOrchestration.Graph.Growth;

namespace AgentOrchestration.Runs.State;

/// <summary>
/// The subtasks that a run can do without: every way from one of them to a subtask that nothing depends on leads over an optional input, or over a
/// list of which some items may fail. Each subtask, dependency and end of additions is visited once, however many are asked about; when the graph grows,
/// only answers that the growth can change are forgotten. A way leads over subtasks, by their indices, and over ends, by the complement of their numbers.
/// </summary>
internal sealed class TolerableLosses(GrowingGraph graph)
{
    /// <summary>Something comes next that can do without what comes before it.</summary>
    private const int NotNeeded = int.MinValue;

    private readonly Stack<(int Node, int Next)> _way = new();
    private Answer[] _answers = [];
    private Answer[] _answersOfEnds = [];

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
        if (_answers[subtask] == Answer.Unknown)
        {
            Find(subtask);
        }

        return _answers[subtask] == Answer.Tolerable;
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
        _way.Push((subtask, 0));
        Visits++;
        while (_way.TryPop(out (int Node, int Next) step))
        {
            Answer answer = Answer.Tolerable;
            for (int next = step.Next; answer == Answer.Tolerable && SuccessorOf(step.Node, next) is { } successor; next++)
            {
                if (successor == NotNeeded)
                {
                    continue;
                }

                answer = AnswerOf(successor);
                if (answer == Answer.Unknown)
                {
                    _way.Push((step.Node, next));
                    _way.Push((successor, 0));
                    Visits++;
                }
            }

            if (answer == Answer.Tolerable && step.Node >= 0 && !HasSuccessors(step.Node))
            {
                answer = Answer.Needed;
            }

            AnswerOf(step.Node) = answer;
            if (answer == Answer.Needed)
            {
                EndWay();
            }
        }
    }

    /// <summary>What is needed makes everything on the way to it needed.</summary>
    private void EndWay()
    {
        while (_way.TryPop(out (int Node, int Next) before))
        {
            AnswerOf(before.Node) = Answer.Needed;
        }
    }

    private ref Answer AnswerOf(int node) => ref node < 0 ? ref _answersOfEnds[~node] : ref _answers[node];

    private bool IsKnown(int node) =>
        node < 0 ? ~node < _answersOfEnds.Length && _answersOfEnds[~node] != Answer.Unknown : node < _answers.Length && _answers[node] != Answer.Unknown;

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
        AnswerOf(node) = Answer.Unknown;
        while (open.TryPop(out int next))
        {
            foreach (int before in NeededBefore(next))
            {
                if (IsKnown(before))
                {
                    AnswerOf(before) = Answer.Unknown;
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

    private enum Answer : byte
    {
        Unknown,
        Tolerable,
        Needed,
    }
}
