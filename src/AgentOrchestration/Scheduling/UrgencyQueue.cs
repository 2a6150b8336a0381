namespace AgentOrchestration.Scheduling;

/// <summary>
/// Subtasks in the order of their urgency (see <see cref="Graph.Urgency"/>: its lower half is the subtask). Those that come in that order,
/// as most do, stand in a line; a heap has the others. So the usual case costs a few instructions, however many wait.
/// </summary>
internal sealed class UrgencyQueue
{
    private readonly Queue<long> _line = new();
    private readonly UrgencyHeap _others = new();
    private long _last = long.MinValue;

    public int Count => _line.Count + _others.Count;

    public void Enqueue(long urgency)
    {
        if (urgency > _last || _line.Count == 0)
        {
            _line.Enqueue(urgency);
            _last = urgency;
        }
        else
        {
            _others.Push(urgency);
        }
    }

    /// <summary>The most urgent.</summary>
    public bool TryPeek(out long urgency)
    {
        bool isAny = _line.TryPeek(out urgency);
        if (_others.Count > 0 && (!isAny || _others.Top < urgency))
        {
            urgency = _others.Top;
            isAny = true;
        }

        return isAny;
    }

    /// <summary>Takes the most urgent, whose urgency has been seen.</summary>
    public int Dequeue(long urgency)
    {
        _ = _line.TryPeek(out long first) && first == urgency ? _line.Dequeue() : _others.Pop();
        return SubtaskOf(urgency);
    }

    public bool Remove(long urgency)
    {
        if (_others.Remove(urgency))
        {
            return true;
        }

        int before = _line.Count;
        long[] rest = [.. _line.Where(waiting => waiting != urgency)];
        _line.Clear();
        Array.ForEach(rest, _line.Enqueue);
        return rest.Length < before;
    }

    public IEnumerable<int> Drain()
    {
        int[] all = [.. _line.Select(SubtaskOf), .. _others.Items.ToArray().Select(SubtaskOf)];
        Clear();
        return all;
    }

    public void Clear()
    {
        _line.Clear();
        _others.Clear();
    }

    private static int SubtaskOf(long urgency) => (int)urgency;
}
