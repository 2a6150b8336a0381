namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>Where the subtasks of a list are, by id. Several may have one id: the first counts. Not thread-safe.</summary>
internal sealed class SubtaskPlaces
{
    private readonly Dictionary<string, int> _first = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<int>> _others = new(StringComparer.Ordinal);

    /// <param name="subtasks">The subtasks; <see langword="null"/> where there is none.</param>
    public SubtaskPlaces(List<Subtask?> subtasks)
    {
        for (int index = 0; index < subtasks.Count; index++)
        {
            if (subtasks[index] is { } subtask)
            {
                Add(subtask.Id, index);
            }
        }
    }

    /// <summary>Gets the first place of an id, or <see langword="null"/> when no subtask has it.</summary>
    public int? Find(string id) => _first.TryGetValue(id, out int index) ? index : null;

    public void Add(string id, int index)
    {
        if (_first.TryAdd(id, index))
        {
            return;
        }

        if (!_others.TryGetValue(id, out SortedSet<int>? others))
        {
            _others[id] = others = [];
        }

        int first = _first[id];
        _first[id] = Math.Min(first, index);
        others.Add(Math.Max(first, index));
    }

    /// <summary>Removes the first place of an id; the next that has it is the first then.</summary>
    public void Remove(string id)
    {
        _first.Remove(id);
        if (_others.TryGetValue(id, out SortedSet<int>? others) && others.Count > 0)
        {
            int next = others.Min;
            _first[id] = next;
            others.Remove(next);
        }
    }
}
