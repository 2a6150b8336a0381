namespace AgentOrchestration.Optimization;

/// <summary>
/// The results in the memory of this process. When there are too many, the entry with the least H goes first, where H = L + frequency × cost / size, and L
/// is the H of the entry that went last: what was not asked for since then falls behind. Each operation takes O(log n). Safe for concurrent use.
/// </summary>
/// <remarks>
/// Sources: P. Cao, S. Irani, Cost-Aware WWW Proxy Caching Algorithms, USITS 1997 (GreedyDual-Size); L. Cherkasova, Improving WWW Proxies Performance with
/// Greedy-Dual-Size-Frequency Caching Policy, HP Laboratories 1998 (the frequency).
/// </remarks>
/// <param name="capacity">How many entries; a large one counts as several.</param>
internal sealed class LocalResults(int capacity)
{
    /// <summary>How many bytes an entry has that counts as one.</summary>
    public const int BytesOfOne = 64 * 1024;

    /// <summary>No entry is worth more: else all others would be worth nothing beside it.</summary>
    private const double HighestCost = 1e6;

    /// <summary>When L has grown so large, all are moved back by it, so that small costs still count.</summary>
    private const double HighestLevel = 1e9;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private SortedSet<Entry> _order = new(Entry.ByValue);
    private double _level;
    private long _sequence;
    private int _size;

    /// <summary>The number of entries.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Finds an entry, which counts as asked for.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="now">When it is, in UTC ticks.</param>
    /// <returns>The entry; <see langword="null"/> when there is none, or its time is over.</returns>
    public byte[]? Find(string key, long now)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out Entry? entry))
            {
                return null;
            }

            if (now >= entry.ExpiresAt)
            {
                RemoveEntry(entry);
                return null;
            }

            _order.Remove(entry);
            entry.Frequency++;
            Place(entry);
            return entry.Content;
        }
    }

    /// <summary>Keeps an entry, in place of any other of its key. One that is worth least may go at once.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="content">What is kept. Nobody changes it.</param>
    /// <param name="cost">What making it again costs, in any unit that is the same for all.</param>
    /// <param name="expiresAt">When it is no longer valid, in UTC ticks.</param>
    public void Keep(string key, byte[] content, double cost, long expiresAt)
    {
        lock (_gate)
        {
            int frequency = 1;
            if (_entries.TryGetValue(key, out Entry? before))
            {
                frequency = before.Frequency;
                RemoveEntry(before);
            }

            int size = Math.Max(1, (int)(((long)content.Length + BytesOfOne - 1) / BytesOfOne));
            if (size > capacity)
            {
                return;
            }

            var entry = new Entry(key, content, double.IsNaN(cost) ? 0 : Math.Clamp(cost, 0, HighestCost), size, expiresAt) { Frequency = frequency };
            _entries.Add(key, entry);
            _size += size;
            Place(entry);
            while (_size > capacity)
            {
                Entry least = _order.Min!;
                _level = least.Value;
                RemoveEntry(least);
            }

            if (_level > HighestLevel)
            {
                MoveBack();
            }
        }
    }

    /// <summary>Removes an entry, if there is one.</summary>
    public void Remove(string key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out Entry? entry))
            {
                RemoveEntry(entry);
            }
        }
    }

    private void Place(Entry entry)
    {
        entry.Value = _level + (entry.Frequency * entry.Cost / entry.Size);
        entry.Sequence = _sequence++;
        _order.Add(entry);
    }

    private void RemoveEntry(Entry entry)
    {
        _order.Remove(entry);
        _entries.Remove(entry.Key);
        _size -= entry.Size;
    }

    private void MoveBack()
    {
        foreach (Entry entry in _entries.Values)
        {
            entry.Value -= _level;
        }

        _level = 0;
        _order = new SortedSet<Entry>(_entries.Values, Entry.ByValue);
    }

    private sealed class Entry(string key, byte[] content, double cost, int size, long expiresAt)
    {
        /// <summary>By value; of equal ones the one first that was asked for earlier.</summary>
        public static readonly Comparer<Entry> ByValue = Comparer<Entry>.Create(static (one, other) =>
            one.Value.CompareTo(other.Value) is var byValue && byValue != 0 ? byValue : one.Sequence.CompareTo(other.Sequence));

        public string Key { get; } = key;

        public byte[] Content { get; } = content;

        public double Cost { get; } = cost;

        public int Size { get; } = size;

        public long ExpiresAt { get; } = expiresAt;

        public int Frequency { get; set; }

        public double Value { get; set; }

        public long Sequence { get; set; }
    }
}
