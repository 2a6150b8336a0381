using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// Where the runs of an application wait for what is scarce. Each waits in the lines of the pools that it lacked, a line for each pool, and a
/// release asks only those that it can serve: its cost does not grow with how many wait. Safe for concurrent use.
/// </summary>
/// <remarks>
/// What a run was notified of is kept for it until it has answered, so none overtakes it, not even the run that has just returned it. The
/// ledger alone decides what is granted. Of what a manager releases without naming pools all are notified.
/// </remarks>
internal sealed class WaitingRoom
{
    /// <summary>The line of those that the ledger refused though it says that there is enough of everything: notified of every release.</summary>
    public const string Anything = "";

    private readonly Dictionary<string, PoolLine> _lines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _waited = new(StringComparer.Ordinal);
    private readonly HashSet<RunResources> _waiting = [];
    private long _turn;

    public WaitingRoom(AttemptLimiter ledger, TimeProvider timeProvider)
    {
        Ledger = ledger;
        HeldByWaiting = new HeldAmounts(ledger);
        TimeProvider = timeProvider;
        ledger.Released += OnReleased;
    }

    public AttemptLimiter Ledger { get; }

    public TimeProvider TimeProvider { get; }

    public Lock Gate { get; } = new();

    /// <summary>Inside the gate: what attempts hold whose code waits for another run.</summary>
    public HeldAmounts HeldByWaiting { get; }

    /// <summary>Whether any run has had a priority. Until then none is looked at.</summary>
    public bool HasPriorities { get; private set; }

    /// <summary>Inside the gate: the reservations of runs that others yield to.</summary>
    public HashSet<RunReservation> Reserved { get; } = [];

    /// <summary>By pool, how many runs wait for it and how long runs have waited for it.</summary>
    public IReadOnlyDictionary<string, ResourceWait> Waits()
    {
        lock (Gate)
        {
            Dictionary<string, ResourceWait> waits = _waited.Where(pool => AttemptLimiter.IsPool(pool.Key)).ToDictionary(pool => pool.Key, pool => new ResourceWait(0, pool.Value), StringComparer.Ordinal);
            foreach ((string pool, TimeSpan soFar) in _waiting.SelectMany(run => run.Shares.WaitsNow()))
            {
                ResourceWait before = waits.GetValueOrDefault(pool);
                waits[pool] = new ResourceWait(before.Runs + 1, before.Waited + soFar);
            }

            return waits;
        }
    }

    /// <summary>A run has a priority: from now on those count that code of other runs waits for.</summary>
    public void BeginPriorities()
    {
        lock (Gate)
        {
            if (!HasPriorities)
            {
                HasPriorities = true;
                foreach (RunResources run in _waiting)
                {
                    run.Shares.UpdateAll();
                }
            }
        }
    }

    /// <summary>Inside the gate, as all that follows: the next turn; turns order what came first.</summary>
    public long NextTurn() => _turn += 2;

    public PoolLine? LineOf(string pool) => _lines.GetValueOrDefault(pool);

    public void BeginWait(PoolShare share) => share.WaitsSince = TimeProvider.GetTimestamp();

    public void EndWait(PoolShare share)
    {
        if (share.WaitsSince is { } since)
        {
            share.WaitsSince = null;
            TimeSpan waited = TimeProvider.GetElapsedTime(since);
            share.Run.Shares.AddWaited(share.Pool, waited);
            if (AttemptLimiter.IsPool(share.Pool))
            {
                _waited[share.Pool] = _waited.GetValueOrDefault(share.Pool) + waited;
            }
        }
    }

    /// <summary>A run waits for something from now on.</summary>
    public void Join(RunResources run) => _waiting.Add(run);

    /// <summary>A run waits for nothing any longer.</summary>
    public void Leave(RunResources run) => _waiting.Remove(run);

    /// <summary>Puts a run where it belongs in the line of a pool, or takes it out.</summary>
    /// <param name="share">Its share.</param>
    /// <param name="rank">Its rank.</param>
    /// <param name="since">Its turn among equals.</param>
    /// <param name="bypasses">From now on how often it may be bypassed; <see langword="null"/> for as it is.</param>
    public void Place(PoolShare share, long rank, long since, long? bypasses = null)
    {
        bool waits = share.Waiting > 0;
        if (!waits)
        {
            EndWait(share);
        }

        long need = share.HasNews ? long.MaxValue : share.Groups.LeastServable();
        Put(share, share.Place, waits || share.HasNews, rank, since, need, bypasses);
        Put(share, share.Reservation, share.IsReserved, rank, since + 1, long.MaxValue, bypasses: null);
        if (LineOf(share.Pool) is { IsEmpty: true })
        {
            _lines.Remove(share.Pool);
        }
    }

    /// <summary>A run took of a pool: those that come before were bypassed, and those of lower priority, so that they do not wait for ever.</summary>
    /// <param name="line">The line of the pool.</param>
    /// <param name="rank">The rank of the run.</param>
    /// <param name="since">Its turn among equals.</param>
    /// <param name="lower">The first rank of lower priority; <see langword="null"/> when no run has one.</param>
    /// <param name="notified">The runs that are to be notified.</param>
    public static void Bypass(PoolLine line, long rank, long since, long? lower, ref NotifiedRuns notified)
    {
        line.Runs.Bypass(rank, since);
        if (lower is { } from)
        {
            line.Runs.BypassFrom(from);
        }

        while (line.Runs.AnyWithoutBypasses() is { } place)
        {
            place.Who.Run.Reserve(place.Who, ref notified);
        }
    }

    /// <summary>Notifies those that what is free can serve, in the order of the line.</summary>
    public void Serve(string pool, ref NotifiedRuns notified)
    {
        if (LineOf(pool) is not { } line)
        {
            return;
        }

        if (FreeOf(pool) is not { } free)
        {
            NotifyAll(line, ref notified);
            return;
        }

        while (line.Runs.FirstServable(free - line.Promised) is { Blocks: false } place && place.Rank <= line.Runs.First!.Rank)
        {
            PoolShare share = place.Who;
            long amount = share.Groups.FirstServable(free - line.Promised)!.Need;
            share.Promise += amount;
            line.Promised += amount;
            Notify(share, ref notified);
        }

        if (line.Promised > 0 || line.Runs.FirstServable(long.MaxValue - 1) is not { Blocks: false } next)
        {
            return;
        }

        // None asks for it now, so the ledger would not announce when there is enough. It may have grown since it was asked what is free. A run
        // that has to yield is served when those before it have answered.
        if (line.GrowsByItself && next.Rank <= line.Runs.First!.Rank && !Ledger.AnnounceWhenFree(pool, next.Need))
        {
            next.Who.AsksAll = true;
            Notify(next.Who, ref notified);
            return;
        }

        if (line.Runs.LeastNeed > MostOf(pool))
        {
            // Nothing of this can ever be served: those that ask find that out.
            NotifyAll(line, ref notified);
        }
    }

    public void NotifyAll(PoolLine line, ref NotifiedRuns notified)
    {
        foreach (WaitingPlace<PoolShare> place in line.Runs.ToList())
        {
            if (!place.Blocks)
            {
                place.Who.AsksAll = true;
                Notify(place.Who, ref notified);
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

    private void Put(PoolShare share, WaitingPlace<PoolShare> place, bool waits, long rank, long since, long need, long? bypasses)
    {
        if (place.IsInLine == waits && (!waits || (place.Rank == rank && place.Since == since && place.Need == need && bypasses is null)))
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
            place.BypassesLeft = bypasses ?? place.BypassesLeft;
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

    public void Notify(PoolShare share, ref NotifiedRuns notified)
    {
        if (!share.HasNews)
        {
            share.HasNews = true;
            if (share.Run.AddNews(share))
            {
                notified.Add(share.Run);
            }
        }

        Place(share, share.Place.Rank, share.Place.Since);
    }

    private void OnReleased(object? sender, EventArgs released)
    {
        NotifiedRuns notified = default;
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
                    Serve(pool, ref notified);
                }

                Serve(Anything, ref notified);
            }
            else
            {
                foreach (PoolLine line in _lines.Values.ToArray())
                {
                    NotifyAll(line, ref notified);
                }
            }
        }

        notified.Notify();
    }
}
