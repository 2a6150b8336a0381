namespace AgentOrchestration.Scheduling.Queue;

/// <summary>
/// Subtasks in the order of their urgency (see <see cref="Graph.Urgency"/>: its lower half is the subtask). Those that come in that order,
/// as most do, stand in a line; a heap has the others. So the usual case costs a few instructions, however many wait. What is removed is only marked,
/// and dropped when it comes to the front or when most of the queue is marked.
/// </summary>
internal sealed class UrgencyQueue
{
    private const int FewRemoved = 32;

    private readonly Queue<long> _line = new();
    private readonly UrgencyHeap _others = new();
    private HashSet<long>? _removed;
    private long _last = long.MinValue;

    public int Count => _line.Count + _others.Count - (_removed?.Count ?? 0);

    public void Enqueue(long urgency)
    {
        if (_removed?.Remove(urgency) == true)
        {
            // It is still in its place.
            return;
        }

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
        while (TryPeekMarked(out urgency))
        {
            if (_removed is not { Count: > 0 } || !_removed.Remove(urgency))
            {
                return true;
            }

            Take(urgency);
        }

        return false;
    }

    /// <summary>Takes the most urgent, whose urgency has been seen.</summary>
    public int Dequeue(long urgency)
    {
        Take(urgency);
        return SubtaskOf(urgency);
    }

    /// <summary>Removes a subtask that is in the queue.</summary>
    /// <param name="urgency">Its urgency, as it was when it was added.</param>
    /// <returns>Whether it had not been removed before.</returns>
    public bool Remove(long urgency)
    {
        if (!(_removed ??= []).Add(urgency))
        {
            return false;
        }

        if (_removed.Count > FewRemoved && _removed.Count > (_line.Count + _others.Count) / 2)
        {
            DropRemoved();
        }

        return true;
    }

    public IEnumerable<int> Drain()
    {
        DropRemoved();
        int[] all = [.. _line.Select(SubtaskOf), .. _others.Items.ToArray().Select(SubtaskOf)];
        Clear();
        return all;
    }

    public void Clear()
    {
        _line.Clear();
        _others.Clear();
        _removed?.Clear();
    }

    private static int SubtaskOf(long urgency) => (int)urgency;

    /// <summary>The most urgent, though it may have been removed.</summary>
    private bool TryPeekMarked(out long urgency)
    {
        bool isAny = _line.TryPeek(out urgency);
        if (_others.Count > 0 && (!isAny || _others.Top < urgency))
        {
            urgency = _others.Top;
            isAny = true;
        }

        return isAny;
    }

    private void Take(long urgency) => _ = _line.TryPeek(out long first) && first == urgency ? _line.Dequeue() : _others.Pop();

    private void DropRemoved()
    {
        if (_removed is not { Count: > 0 })
        {
            return;
        }

        for (int left = _line.Count; left > 0; left--)
        {
            long urgency = _line.Dequeue();
            if (!_removed.Remove(urgency))
            {
                _line.Enqueue(urgency);
            }
        }

        if (_removed.Count > 0)
        {
            _others.RemoveAll(_removed);
            _removed.Clear();
        }
    }
}
