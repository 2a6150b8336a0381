namespace AgentOrchestration.Scheduling.Search;

/// <summary>What is free of the resources in one word over time: a line of moments, each with what is free from it to the next.</summary>
internal sealed class WordProfile(ulong capacity)
{
    private const int Few = 16;

    private long[] _times = new long[Few];
    private ulong[] _free = new ulong[Few];
    private int _count;

    public void Clear()
    {
        _count = 1;
        _times[0] = 0;
        _free[0] = capacity;
    }

    /// <summary>Finds the first time from <paramref name="earliest"/> on at which as much is free for a whole duration.</summary>
    public long FirstFit(ulong amounts, long earliest, long duration)
    {
        long start = earliest;
        for (int i = IndexOf(earliest); ; i++)
        {
            if (!PackedAmounts.Fits(amounts, _free[i]))
            {
                start = _times[i + 1];
            }
            else if (i + 1 == _count || _times[i + 1] >= start + duration)
            {
                return start;
            }
        }
    }

    public void Take(ulong amounts, long start, long duration)
    {
        int first = Split(IndexOf(start), start);
        int end = Split(IndexOf(first, start + duration), start + duration);
        for (int i = first; i < end; i++)
        {
            _free[i] -= amounts;
        }
    }

    /// <summary>The last moment not after <paramref name="time"/>.</summary>
    private int IndexOf(long time)
    {
        int index = _times.AsSpan(0, _count).BinarySearch(time);
        return index >= 0 ? index : ~index - 1;
    }

    private int IndexOf(int from, long time)
    {
        while (from + 1 < _count && _times[from + 1] <= time)
        {
            from++;
        }

        return from;
    }

    /// <summary>Makes <paramref name="time"/> a moment of its own, if it is none.</summary>
    /// <returns>Its index.</returns>
    private int Split(int index, long time)
    {
        if (_times[index] == time)
        {
            return index;
        }

        if (_count == _times.Length)
        {
            Array.Resize(ref _times, 2 * _count);
            Array.Resize(ref _free, 2 * _count);
        }

        int added = index + 1;
        _times.AsSpan(added, _count - added).CopyTo(_times.AsSpan(added + 1));
        _free.AsSpan(index, _count - index).CopyTo(_free.AsSpan(added));
        _times[added] = time;
        _count++;
        return added;
    }
}
