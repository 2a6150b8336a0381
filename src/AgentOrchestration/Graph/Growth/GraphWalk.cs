using System.Diagnostics.CodeAnalysis;

namespace AgentOrchestration.Graph.Growth;

/// <summary>Visits subtasks and ends of a graph, each once. One is used again and again: a walk allocates nothing.</summary>
internal sealed class GraphWalk : IDisposable
{
    private readonly Stack<int> _subtasks = new();
    private readonly Stack<AdditionEnd> _ends = new();
    private int[] _visited = [];
    private int[] _visitedEnds = [];
    private int _number;

    public bool Any => _subtasks.Count + _ends.Count > 0;

    /// <summary>Begins a walk.</summary>
    public GraphWalk Begin(int subtasks, int ends)
    {
        GrowingArray.Reserve(ref _visited, subtasks);
        GrowingArray.Reserve(ref _visitedEnds, ends);
        _number++;
        return this;
    }

    public void Visit(int subtask)
    {
        if (_visited[subtask] != _number)
        {
            _visited[subtask] = _number;
            _subtasks.Push(subtask);
        }
    }

    public void Visit(AdditionEnd end)
    {
        if (_visitedEnds[end.Number] != _number)
        {
            _visitedEnds[end.Number] = _number;
            _ends.Push(end);
        }
    }

    public bool TryNext(out int subtask) => _subtasks.TryPop(out subtask);

    public bool TryNext([NotNullWhen(true)] out AdditionEnd? end) => _ends.TryPop(out end);

    /// <summary>Ends the walk.</summary>
    public void Dispose()
    {
        _subtasks.Clear();
        _ends.Clear();
    }
}
