namespace AgentOrchestration.Graph.Growth;

/// <summary>What an attempt wants to add to its run, as far as it is known. What is added to it costs what is added, however much is there.</summary>
internal sealed class AdditionDraft
{
    private readonly List<Subtask> _subtasks = [];
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outside = new(StringComparer.Ordinal);

    public int Count => _subtasks.Count;

    public IReadOnlyList<Subtask> Subtasks => _subtasks;

    /// <summary>Returns the position of the subtask of an id.</summary>
    public int? PositionOf(string id) => _positions.TryGetValue(id, out int position) ? position : null;

    /// <summary>
    /// Returns whether more can be checked without what is there. It cannot when what is there depends on a subtask of the run by an id that would then be
    /// that of an addition.
    /// </summary>
    public bool IsIndependentOf(IReadOnlyList<Subtask> more) => _outside.Count == 0 || !more.Any(subtask => _outside.Contains(subtask.Id));

    /// <summary>Adds subtasks that were checked.</summary>
    public void Add(IReadOnlyList<Subtask> more)
    {
        foreach (Subtask subtask in more)
        {
            _positions.Add(subtask.Id, _subtasks.Count);
            _subtasks.Add(subtask);
        }

        foreach (Subtask subtask in more)
        {
            _outside.UnionWith(subtask.DependsOn.Concat(subtask.OptionalDependsOn).Where(id => !_positions.ContainsKey(id)));
        }
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        _subtasks.Clear();
        _positions.Clear();
        _outside.Clear();
    }
}
