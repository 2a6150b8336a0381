using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// Where the runs of an application wait for what is scarce. Each waits in the lines of the pools that it lacked, a line for each pool, and a
/// release asks only those whom what was released can serve: its cost does not grow with how many wait. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A run that is told keeps what it was told of until it has answered, so nobody overtakes it, not even the run that has just given it back.
/// The ledger alone decides what is granted. What a manager releases without naming pools is told to everybody.
/// </remarks>
internal sealed class WaitingRoom
{
    /// <summary>The line of those whom the ledger refused though it says that there is enough of everything: told of every release.</summary>
    public const string Anything = "";

    private readonly Dictionary<string, PoolLine> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _waited = new(StringComparer.Ordinal);
    private readonly HashSet<RunResources> _waiting = [];
    private long _turn;

    public WaitingRoom(AttemptLimiter ledger, TimeProvider timeProvider)
    {
        Ledger = ledger;
        TimeProvider = timeProvider;
        ledger.Released += OnReleased;
    }

    public AttemptLimiter Ledger { get; }

    public TimeProvider TimeProvider { get; }

    public Lock Gate { get; } = new();

    /// <summary>Inside the gate: by pool, what attempts hold whose code waits for another run.</summary>
    public Dictionary<string, long> HeldByWaiting { get; } = new(StringComparer.Ordinal);

    /// <summary>Inside the gate: the runs that nobody goes before.</summary>
    public HashSet<RunResources> Reserved { get; } = [];

    /// <summary>By pool, who waits for it and how long runs have waited for it.</summary>
    public IReadOnlyDictionary<string, ResourceWait> Waits()
    {
        lock (Gate)
        {
            Dictionary<string, ResourceWait> waits = _waited.Where(pool => AttemptLimiter.IsPool(pool.Key)).ToDictionary(pool => pool.Key, pool => new ResourceWait(0, pool.Value), StringComparer.Ordinal);
            foreach ((string pool, TimeSpan soFar) in _waiting.SelectMany(run => run.WaitsNow()))
            {
                ResourceWait before = waits.GetValueOrDefault(pool);
                waits[pool] = new ResourceWait(before.Runs + 1, before.Waited + soFar);
            }

            return waits;
        }
    }

    /// <summary>Inside the gate, as all that follows: the next turn; turns order who came first.</summary>
    public long NextTurn() => _turn += 2;

    public PoolLine? LineOf(string pool) => _lines.GetValueOrDefault(pool);

    public void BeginWait(PoolShare share)
    {
        share.WaitsSince = TimeProvider.GetTimestamp();
        _waiting.Add(share.Run);
    }

    public void EndWait(PoolShare share)
    {
        if (share.WaitsSince is { } since)
        {
            share.WaitsSince = null;
            TimeSpan waited = TimeProvider.GetElapsedTime(since);
            share.Run.AddWaited(share.Pool, waited);
            if (AttemptLimiter.IsPool(share.Pool))
            {
                _waited[share.Pool] = _waited.GetValueOrDefault(share.Pool) + waited;
            }
        }
    }

    /// <summary>A run waits for nothing any longer.</summary>
    public void Leave(RunResources run) => _waiting.Remove(run);

    /// <summary>Puts a run where it belongs in the line of a pool, or takes it out.</summary>
    /// <param name="share">Its share.</param>
    /// <param name="rank">Its rank.</param>
    /// <param name="since">Its turn among equals.</param>
    /// <param name="patience">From now on how often it may be passed over; <see langword="null"/> for as it is.</param>
    public void Place(PoolShare share, long rank, long since, long? patience = null)
    {
        bool waits = share.Waiting > 0;
        if (!waits)
        {
            EndWait(share);
        }

        long need = share.HasNews ? long.MaxValue : share.Groups.LeastServable();
        Put(share, share.Place, waits || share.HasNews, rank, since, need, patience);
        Put(share, share.Reservation, share.IsReserved, rank, since + 1, long.MaxValue, patience: null);
        if (LineOf(share.Pool) is { IsEmpty: true })
        {
            _lines.Remove(share.Pool);
        }
    }

    /// <summary>Somebody took of a pool: those who come before were passed over.</summary>
    public static void Pass(PoolLine line, long rank, long since, ref NotifiedRuns told)
    {
        line.Runs.Pass(rank, since);
        while (line.Runs.AnyOutOfPatience() is { } place)
        {
            place.Who.Run.ReserveAmongRuns(place.Who, ref told);
        }
    }

    /// <summary>Tells those whom what is free can serve, in the order of the line.</summary>
    public void Serve(string pool, ref NotifiedRuns told)
    {
        if (LineOf(pool) is not { } line)
        {
            return;
        }

        if (FreeOf(pool) is not { } free)
        {
            TellAll(line, ref told);
            return;
        }

        while (line.Runs.FirstServable(free - line.Promised) is { Blocks: false } place && place.Rank <= line.Runs.First!.Rank)
        {
            PoolShare share = place.Who;
            long amount = share.Groups.FirstServable(free - line.Promised)!.Need;
            share.Promise += amount;
            line.Promised += amount;
            Tell(share, ref told);
        }

        if (line.Promised > 0 || line.Runs.FirstServable(long.MaxValue - 1) is not { Blocks: false } next)
        {
            return;
        }

        // Nobody asks for it now, so the ledger would not say when there is enough. It may have grown since it was asked what is free. A run
        // that has to yield is served when those before it have answered.
        if (line.GrowsByItself && next.Rank <= line.Runs.First!.Rank && !Ledger.AnnounceWhenFree(pool, next.Need))
        {
            next.Who.AsksAll = true;
            Tell(next.Who, ref told);
            return;
        }

        if (line.Runs.LeastNeed > MostOf(pool))
        {
            // Nothing of this can ever be served: whoever asks is told so.
            TellAll(line, ref told);
        }
    }

    public void TellAll(PoolLine line, ref NotifiedRuns told)
    {
        foreach (WaitingPlace<PoolShare> place in line.Runs.ToList())
        {
            if (!place.Blocks)
            {
                place.Who.AsksAll = true;
                Tell(place.Who, ref told);
            }
        }
    }

    /// <summary>How much of a pool is free; <see langword="null"/> when an application's own manager cannot say.</summary>
    public long? FreeOf(string pool)
    {
        try
        {
            return pool.Length == 0 ? null : Ledger.FreeOf(pool);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private long MostOf(string pool)
    {
        try
        {
            return Ledger.GetCapacity(pool) ?? long.MaxValue;
        }
        catch (Exception)
        {
            return long.MaxValue;
        }
    }

    private void Put(PoolShare share, WaitingPlace<PoolShare> place, bool waits, long rank, long since, long need, long? patience)
    {
        if (place.IsInLine == waits && (!waits || (place.Rank == rank && place.Since == since && place.Need == need && patience is null)))
        {
            return;
        }

        if (place.IsInLine)
        {
            LineOf(share.Pool)!.Runs.Remove(place);
        }

        if (waits)
        {
            place.Rank = rank;
            place.Since = since;
            place.Need = need;
            place.Patience = patience ?? place.Patience;
            LineFor(share.Pool).Runs.Add(place);
        }
    }

    private PoolLine LineFor(string pool)
    {
        if (!_lines.TryGetValue(pool, out PoolLine? line))
        {
            line = new PoolLine(pool, Ledger.GrowsByItself(pool));
            _lines.Add(pool, line);
        }

        return line;
    }

    public void Tell(PoolShare share, ref NotifiedRuns told)
    {
        if (!share.HasNews)
        {
            share.HasNews = true;
            if (share.Run.Hear(share))
            {
                told.Add(share.Run);
            }
        }

        Place(share, share.Place.Rank, share.Place.Since);
    }

    private void OnReleased(object? sender, EventArgs released)
    {
        NotifiedRuns told = default;
        lock (Gate)
        {
            if (_lines.Count == 0)
            {
                return;
            }

            if (released is ResourcesReleasedEventArgs { Pools: var pools })
            {
                foreach (string pool in pools)
                {
                    Serve(pool, ref told);
                }

                Serve(Anything, ref told);
            }
            else
            {
                foreach (PoolLine line in _lines.Values.ToArray())
                {
                    TellAll(line, ref told);
                }
            }
        }

        told.Tell();
    }
}
