namespace AgentOrchestration.Scheduling.Search;

/// <summary>What is free over time: a line of moments, each with what is free from it to the next.</summary>
internal sealed class ResourceProfile
{
    private readonly PackedAmounts _amounts;
    private readonly int _words;
    private readonly long[] _times;
    private readonly ulong[] _free;
    private int _count;

    public ResourceProfile(SchedulingProblem problem)
    {
        _amounts = problem.Amounts;
        _words = _amounts.Words;
        _times = new long[(2 * problem.Count) + 2];
        _free = new ulong[_times.Length * _words];
    }

    public void Clear()
    {
        _count = 1;
        _times[0] = 0;
        _amounts.Capacity.CopyTo(_free.AsSpan());
    }

    /// <summary>Takes what an activity needs at the first time from <paramref name="earliest"/> on when it fits for its whole duration.</summary>
    /// <returns>That time.</returns>
    public long Place(int activity, long earliest, long duration)
    {
        ReadOnlySpan<ulong> needs = _amounts.NeedsOf(activity);
        int first = IndexOf(earliest);
        long start = earliest;
        for (int i = first; ; i++)
        {
            if (!Fits(i, needs))
            {
                first = i + 1;
                start = _times[first];
            }
            else if (i + 1 == _count || _times[i + 1] >= start + duration)
            {
                break;
            }
        }

        first = Split(first, start);
        int end = Split(IndexOf(first, start + duration), start + duration);
        for (int word = first * _words; word < end * _words;)
        {
            foreach (ulong need in needs)
            {
                _free[word++] -= need;
            }
        }

        return start;
    }

    private bool Fits(int index, ReadOnlySpan<ulong> needs)
    {
        ulong guards = PackedAmounts.Guards;
        for (int word = 0; word < needs.Length; word++)
        {
            guards &= (_free[(index * _words) + word] | PackedAmounts.Guards) - needs[word];
        }

        return guards == PackedAmounts.Guards;
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

        int added = index + 1;
        _times.AsSpan(added, _count - added).CopyTo(_times.AsSpan(added + 1));
        _free.AsSpan(index * _words, (_count - index) * _words).CopyTo(_free.AsSpan(added * _words));
        _times[added] = time;
        _count++;
        return added;
    }
}
