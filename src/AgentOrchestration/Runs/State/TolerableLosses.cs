using AgentOrchestration.Graph.Growth;

namespace AgentOrchestration.Runs.State;

/// <summary>
/// The subtasks that a run can do without: every way from one of them to a subtask that nothing depends on leads over an optional input, or over a
/// list of which some items may fail. Each subtask and dependency is visited once, however many are asked about; when the graph grows, only answers
/// that the growth can change are forgotten.
/// </summary>
internal sealed class TolerableLosses(GrowingGraph graph)
{
    private readonly Stack<(int Subtask, int Next)> _way = new();
    private Answer[] _answers = [];

    /// <summary>The number of subtasks that were visited so far.</summary>
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

        foreach (AwaitedAddition awaited in growth.Awaited)
        {
            Forget(awaited.Added, growth.Offset);
        }
    }

    /// <summary>Walks in depth, so that the subtasks on the way are those that the one at its end counts for.</summary>
    private void Find(int subtask)
    {
        _way.Push((subtask, 0));
        Visits++;
        while (_way.TryPop(out (int Subtask, int Next) step))
        {
            ReadOnlySpan<int> planned = graph.PlannedSuccessors(step.Subtask);
            List<int>? added = graph.AddedSuccessors(step.Subtask);
            int count = planned.Length + (added?.Count ?? 0);
            Answer answer = count == 0 ? Answer.Needed : Answer.Tolerable;
            for (int next = step.Next; next < count && answer == Answer.Tolerable; next++)
            {
                int successor = next < planned.Length ? planned[next] : added![next - planned.Length];
                if (!graph.IsNeeded(step.Subtask, successor))
                {
                    continue;
                }

                answer = _answers[successor];
                if (answer == Answer.Unknown)
                {
                    _way.Push((step.Subtask, next));
                    _way.Push((successor, 0));
                    Visits++;
                }
            }

            _answers[step.Subtask] = answer;
            if (answer == Answer.Needed)
            {
                EndWay();
            }
        }
    }

    /// <summary>What is needed makes everything on the way to it needed.</summary>
    private void EndWay()
    {
        while (_way.TryPop(out (int Subtask, int Next) before))
        {
            _answers[before.Subtask] = Answer.Needed;
        }
    }

    private void Forget(int subtask, int offset)
    {
        if (subtask >= offset || subtask >= _answers.Length || _answers[subtask] == Answer.Unknown)
        {
            return;
        }

        Stack<int> open = new([subtask]);
        _answers[subtask] = Answer.Unknown;
        while (open.TryPop(out int next))
        {
            foreach (int before in graph.Before(next))
            {
                if (before < _answers.Length && _answers[before] != Answer.Unknown && graph.IsNeeded(before, next))
                {
                    _answers[before] = Answer.Unknown;
                    open.Push(before);
                }
            }
        }
    }

    private enum Answer : byte
    {
        Unknown,
        Tolerable,
        Needed,
    }
}
