namespace AgentOrchestration.Plans.Reading;

/// <summary>The ids and names of a plan's subtasks, and which subtask a text means.</summary>
internal sealed class SubtaskNames
{
    /// <summary>Longer references are no names.</summary>
    private const int LongestReference = 1_000;

    /// <summary>With more slashes a reference is no name but a path, and every part of it would have to be looked at.</summary>
    private const int MostSlashes = 20;

    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly HashSet<string> _repeatedIds = new(StringComparer.Ordinal);

    /// <summary>By name without the space around it; <see langword="null"/> where several have it.</summary>
    private readonly Dictionary<string, string?> _idsByName = new(StringComparer.Ordinal);

    private readonly IReadOnlyList<Subtask> _subtasks;

    public SubtaskNames(IReadOnlyList<Subtask> subtasks)
    {
        _subtasks = subtasks;
        for (int i = 0; i < subtasks.Count; i++)
        {
            Subtask subtask = subtasks[i];
            if (!_indices.TryAdd(subtask.Id, i))
            {
                _repeatedIds.Add(subtask.Id);
            }

            string name = subtask.Name.Trim();
            _idsByName[name] = _idsByName.ContainsKey(name) ? null : subtask.Id;
        }
    }

    public bool IsId(string text) => _indices.ContainsKey(text);

    /// <summary>The index of the only subtask with an id.</summary>
    public int? IndexOf(string id) => !_repeatedIds.Contains(id) && _indices.TryGetValue(id, out int index) ? index : null;

    /// <summary>Gets the only subtask with an id.</summary>
    public Subtask? Find(string id) => IndexOf(id) is { } index ? _subtasks[index] : null;

    /// <summary>Gets the id of a subtask by its place, where it is the only one with it.</summary>
    public string? IdAt(int index) => index >= 0 && index < _subtasks.Count && IndexOf(_subtasks[index].Id) is not null && SubtaskId.IsValid(_subtasks[index].Id) ? _subtasks[index].Id : null;

    /// <summary>The id that a text which is none must mean, or <see langword="null"/> when it may mean two or nothing.</summary>
    public string? Resolve(string text)
    {
        string trimmed = text.Trim();
        bool isName = _idsByName.TryGetValue(trimmed, out string? named);
        string? id = !IsId(trimmed) ? named : !isName || named == trimmed ? trimmed : null;
        return id is not null && IndexOf(id) is not null && SubtaskId.IsValid(id) ? id : null;
    }

    /// <summary>The output that a reference must mean whose id is none: a name may hold the slash that ends an id.</summary>
    public SubtaskOutput? Resolve(SubtaskOutput output)
    {
        string text = output.Text;
        if (text.Length > LongestReference || text.AsSpan().Count('/') > MostSlashes)
        {
            return null;
        }

        SubtaskOutput? found = null;
        for (int end = text.IndexOf('/', StringComparison.Ordinal); ; end = text.IndexOf('/', end + 1))
        {
            int length = end < 0 ? text.Length : end;
            if (Resolve(text[..length]) is { } id)
            {
                if (found is not null)
                {
                    return null;
                }

                found = new SubtaskOutput(id, text[length..]);
            }

            if (end < 0)
            {
                break;
            }
        }

        return found;
    }
}
