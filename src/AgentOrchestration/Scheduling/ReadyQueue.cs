using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// The one place where ready subtasks wait. Subtasks with equal needs form a group: when the most urgent of a group does not fit, none
/// of it does, so a pass costs one question per distinct need, however many wait.
/// </summary>
internal sealed class ReadyQueue
{
    private readonly TaskGraph _graph;
    private readonly IResourceManager _resources;
    private readonly PriorityQueue<int, int>[] _groups;
    private readonly bool[] _isBlocked;

    public ReadyQueue(TaskGraph graph, IResourceManager resources)
    {
        _graph = graph;
        _resources = resources;
        _groups = Array.ConvertAll(graph.NeedVectors, _ => new PriorityQueue<int, int>());
        _isBlocked = new bool[_groups.Length];
    }

    public int Count { get; private set; }

    /// <summary>Whether something waited for resources when it was last asked for.</summary>
    public bool IsAnyBlocked => _isBlocked.AsSpan().Contains(true);

    public void Enqueue(int subtask)
    {
        _groups[_graph.NeedVectorOf[subtask]].Enqueue(subtask, _graph.Priority[subtask]);
        Count++;
    }

    /// <summary>Forgets which groups did not fit, because something may have been released.</summary>
    public void BeginPass() => Array.Clear(_isBlocked);

    /// <summary>Takes the most urgent subtask that fits, with what it needs.</summary>
    public bool TryDequeue(out int subtask, out ResourceLease? lease)
    {
        while (TryFindMostUrgentGroup(out int group))
        {
            if (TryAcquire(_graph.NeedVectors[group], out lease))
            {
                subtask = _groups[group].Dequeue();
                Count--;
                return true;
            }

            _isBlocked[group] = true;
        }

        subtask = -1;
        lease = null;
        return false;
    }

    public void Clear()
    {
        Array.ForEach(_groups, group => group.Clear());
        BeginPass();
        Count = 0;
    }

    private bool TryFindMostUrgentGroup(out int mostUrgent)
    {
        mostUrgent = -1;
        int best = int.MaxValue;
        for (int group = 0; group < _groups.Length; group++)
        {
            if (!_isBlocked[group] && _groups[group].TryPeek(out _, out int priority) && priority < best)
            {
                best = priority;
                mostUrgent = group;
            }
        }

        return mostUrgent >= 0;
    }

    private bool TryAcquire(ResourceRequirements needs, [MaybeNullWhen(false)] out ResourceLease? lease)
    {
        lease = null;
        return needs.IsNone || _resources.TryAcquire(needs, out lease);
    }
}
