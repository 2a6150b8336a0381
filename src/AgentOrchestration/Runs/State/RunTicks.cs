using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Runs.State;

/// <summary>The latest ticks of a run, in a ring bounded by their number and by their text: old ones make room for new ones. Safe for concurrent use.</summary>
internal sealed class RunTicks
{
    private const int Kept = 1024;

    /// <summary>Most runs have few ticks, and there may be very many runs.</summary>
    private const int First = 16;

    /// <summary>How many characters are kept, unless the newest tick alone has more.</summary>
    private const long KeptText = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Attempt, ProgressReported Progress)> _progress = new(StringComparer.Ordinal);
    private SubtaskTick?[] _ring = [];
    private long _count;
    private long _sequence;
    private long _oldest;
    private long _text;

    public long Count => Volatile.Read(ref _count);

    /// <summary>Adds a report of progress. Each attempt begins from nothing.</summary>
    /// <returns>Whether it was worth telling.</returns>
    public bool Add(ProgressReported progress, int attempt)
    {
        lock (_gate)
        {
            ProgressReported? previous = Latest(progress.SubtaskId, attempt);
            if (!ProgressReported.IsWorthTelling(previous, progress.Fraction, progress.Message))
            {
                return false;
            }

            _progress[progress.SubtaskId] = (attempt, progress);
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

    /// <summary>What an attempt has reported last.</summary>
    public double? ProgressOf(string subtaskId, int attempt)
    {
        lock (_gate)
        {
            return Latest(subtaskId, attempt)?.Fraction;
        }
    }

    /// <summary>Reads the tick with a number, or the oldest that is left.</summary>
    /// <param name="number">The number, from 0; after the call that of the tick returned.</param>
    /// <returns>The tick, or <see langword="null"/> when there is none yet.</returns>
    public SubtaskTick? Read(ref long number)
    {
        lock (_gate)
        {
            number = Math.Max(number, _oldest);
            return number < _count ? _ring[number % _ring.Length] : null;
        }
    }

    private ProgressReported? Latest(string subtaskId, int attempt) =>
        _progress.TryGetValue(subtaskId, out (int Attempt, ProgressReported Progress) latest) && latest.Attempt == attempt ? latest.Progress : null;

    private static int LengthOf(SubtaskTick tick) => tick switch
    {
        TextStreamed text => text.Text.Length,
        ProgressReported progress => progress.Message?.Length ?? 0,
        _ => 0,
    };

    private void Append(SubtaskTick tick)
    {
        // Threads may come here in another order than they looked at the facts.
        _sequence = Math.Max(_sequence, tick.Sequence);
        _text += LengthOf(tick);
        while (_oldest < _count && (_count - _oldest == Kept || _text > KeptText))
        {
            ref SubtaskTick? dropped = ref _ring[_oldest++ % _ring.Length];
            _text -= LengthOf(dropped!);
            dropped = null;
        }

        if (_count - _oldest == _ring.Length)
        {
            Grow();
        }

        _ring[_count % _ring.Length] = tick.Sequence == _sequence ? tick : tick with { Sequence = _sequence };
        Volatile.Write(ref _count, _count + 1);
    }

    private void Grow()
    {
        var ring = new SubtaskTick?[_ring.Length == 0 ? First : _ring.Length * 2];
        for (long number = _oldest; number < _count; number++)
        {
            ring[number % ring.Length] = _ring[number % _ring.Length];
        }

        _ring = ring;
    }
}
