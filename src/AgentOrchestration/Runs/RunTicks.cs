namespace AgentOrchestration.Runs;

/// <summary>The latest ticks of a run, in a ring: old ones make room for new ones. Safe for concurrent use.</summary>
internal sealed class RunTicks
{
    private const int Kept = 1024;

    private readonly Lock _gate = new();
    private readonly SubtaskTick?[] _ring = new SubtaskTick[Kept];
    private readonly Dictionary<string, ProgressReported> _progress = new(StringComparer.Ordinal);
    private long _count;

    public long Count => Volatile.Read(ref _count);

    /// <returns>Whether it was worth telling.</returns>
    public bool Add(ProgressReported progress)
    {
        lock (_gate)
        {
            if (!ProgressReported.IsWorthTelling(_progress.GetValueOrDefault(progress.SubtaskId), progress.Fraction, progress.Message))
            {
                return false;
            }

            _progress[progress.SubtaskId] = progress;
            Append(progress);
            return true;
        }
    }

    public void Add(TextStreamed text)
    {
        lock (_gate)
        {
            Append(text);
        }
    }

    /// <summary>A new attempt begins from nothing.</summary>
    public void Forget(string subtaskId)
    {
        lock (_gate)
        {
            _progress.Remove(subtaskId);
        }
    }

    public double? ProgressOf(string subtaskId)
    {
        lock (_gate)
        {
            return _progress.TryGetValue(subtaskId, out ProgressReported? progress) ? progress.Fraction : null;
        }
    }

    /// <summary>Reads the tick with a number, or the oldest that is left.</summary>
    /// <param name="number">The number, from 0; after the call that of the tick returned.</param>
    /// <returns>The tick, or <see langword="null"/> when there is none yet.</returns>
    public SubtaskTick? Read(ref long number)
    {
        lock (_gate)
        {
            number = Math.Max(number, _count - Kept);
            return number < _count ? _ring[number % Kept] : null;
        }
    }

    private void Append(SubtaskTick tick)
    {
        _ring[_count % Kept] = tick;
        Volatile.Write(ref _count, _count + 1);
    }
}
