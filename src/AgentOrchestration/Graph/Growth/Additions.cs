namespace AgentOrchestration.Graph.Growth;

/// <summary>What a run has added to its graph, by where it comes from.</summary>
internal sealed class Additions
{
    private readonly List<GraphGrowth> _inOrder = [];
    private readonly Dictionary<int, GraphGrowth> _byParent = [];

    public void Add(GraphGrowth growth)
    {
        _inOrder.Add(growth);
        if (growth.Parent >= 0)
        {
            _byParent.Add(growth.Parent, growth);
        }
    }

    /// <summary>What a subtask has added.</summary>
    public GraphGrowth? Of(int parent) => _byParent.GetValueOrDefault(parent);

    /// <summary>The growth that a subtask came with; <see langword="null"/> for one of the plan.</summary>
    public GraphGrowth? With(int subtask)
    {
        int low = 0;
        int high = _inOrder.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            GraphGrowth growth = _inOrder[middle];
            if (subtask < growth.Offset)
            {
                high = middle - 1;
            }
            else if (subtask >= growth.Offset + growth.Part.Count)
            {
                low = middle + 1;
            }
            else
            {
                return growth;
            }
        }

        return null;
    }

    /// <summary>Whether nothing that came with a subtask depends on it.</summary>
    public bool IsLast(int subtask) => With(subtask) is { } growth && growth.Part.Successors.Successors(subtask - growth.Offset).IsEmpty;

    /// <summary>Whether a subtask comes from another: was added by it, or by something that was.</summary>
    public bool IsWithin(int subtask, int origin)
    {
        while (With(subtask) is { Parent: >= 0 and var parent })
        {
            if (parent == origin)
            {
                return true;
            }

            subtask = parent;
        }

        return false;
    }

    /// <summary>
    /// What has been added by a subtask, by its parts, and by what these have added. The parts themselves are left out, because the subtask ends
    /// after them.
    /// </summary>
    public IEnumerable<int> Within(int subtask)
    {
        Stack<int> open = new([subtask]);
        while (open.TryPop(out int next))
        {
            if (Of(next) is not { } growth)
            {
                continue;
            }

            for (int added = growth.Offset; added < growth.Offset + growth.Part.Count; added++)
            {
                open.Push(added);
                if (!growth.IsJoined)
                {
                    yield return added;
                }
            }
        }
    }
}
