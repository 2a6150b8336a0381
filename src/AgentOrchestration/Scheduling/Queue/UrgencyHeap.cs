namespace AgentOrchestration.Scheduling.Queue;

/// <summary>
/// A heap of urgencies, the smallest on top: each with up to four children (at 4i + 1 to 4i + 4), all in one array of numbers, which is why
/// it is not a <see cref="PriorityQueue{TElement, TPriority}"/>, that keeps twice as much and compares through a comparer.
/// </summary>
internal sealed class UrgencyHeap
{
    private const int Children = 4;

    private long[] _items = new long[16];

    public int Count { get; private set; }

    /// <summary>The smallest; the heap must not be empty.</summary>
    public long Top => _items[0];

    public ReadOnlySpan<long> Items => _items.AsSpan(0, Count);

    public void Push(long item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        Rise(Count++, item);
    }

    public long Pop()
    {
        long top = _items[0];
        long last = _items[--Count];
        if (Count > 0)
        {
            Sink(0, last);
        }

        return top;
    }

    /// <summary>Removes all items that are in a set.</summary>
    /// <param name="items">The set.</param>
    public void RemoveAll(HashSet<long> items)
    {
        int count = Count;
        Count = 0;
        for (int i = 0; i < count; i++)
        {
            // No more have been pushed than were looked at, so none is overwritten.
            long item = _items[i];
            if (!items.Contains(item))
            {
                Push(item);
            }
        }
    }

    public void Clear() => Count = 0;

    private void Rise(int index, long item)
    {
        long[] items = _items;
        while (index > 0)
        {
            int parent = (index - 1) / Children;
            if (items[parent] <= item)
            {
                break;
            }

            items[index] = items[parent];
            index = parent;
        }

        items[index] = item;
    }

    private void Sink(int index, long item)
    {
        long[] items = _items;
        for (int child = (index * Children) + 1; child < Count; child = (index * Children) + 1)
        {
            int end = Math.Min(child + Children, Count);
            int least = child;
            for (child++; child < end; child++)
            {
                least = items[child] < items[least] ? child : least;
            }

            if (item <= items[least])
            {
                break;
            }

            items[index] = items[least];
            index = least;
        }

        items[index] = item;
    }
}
