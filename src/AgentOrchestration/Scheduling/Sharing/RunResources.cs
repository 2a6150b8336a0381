using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// A run's door to the ledger that all runs share, and the place where what the ledger refused waits. While a run waits for a pool, runs that
/// hold more of it take no more; among equals whoever waits longest goes first. Safe for concurrent use.
/// </summary>
/// <param name="room">Where all runs wait.</param>
/// <param name="maxBypasses">How often others that come later may take of a pool before something that waits for it.</param>
internal sealed partial class RunResources(WaitingRoom room, int maxBypasses = RunOptions.DefaultMaxBypasses)
{
    private readonly Dictionary<string, PoolShare> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _waited = new(StringComparer.Ordinal);
    private readonly List<PoolShare> _news = [];
    private readonly List<PoolShare> _answering = [];
    private ReadyGroup? _reservedFor;
    private long _reservedAt;
    private int _parked;
    private bool _wasRunning;
    private volatile bool _isTold;

    /// <summary>A share in a ledger that nobody else uses.</summary>
    public static RunResources Alone(IResourceManager resources, int maxBypasses = RunOptions.DefaultMaxBypasses) =>
        new(new WaitingRoom(resources as AttemptLimiter ?? new AttemptLimiter(resources, maxAttempts: null, hasLimits: false), TimeProvider.System), maxBypasses);

    /// <summary>Called outside every gate when something that waits may ask again; the run asks <see cref="TakeNews"/>. May be called anywhere.</summary>
    public Action? Told { get; set; }

    /// <summary>Whether the run has attempts running, that will give something back. One that has none yields to nobody that waits, so nobody waits for ever.</summary>
    public Func<bool> IsRunning { get; set; } = static () => true;

    /// <summary>Whether every attempt has to ask, also one that needs nothing.</summary>
    public bool LimitsEveryAttempt => room.Ledger.LimitsEveryAttempt;

    /// <summary>Whether there is something that the run was told and has not looked at.</summary>
    public bool HasNews => _isTold;

    public AttemptLimiter Ledger => room.Ledger;

    public ReadyGroup CreateGroup(int index, ResourceRequirements needs) => new(index, needs, [.. room.Ledger.AmountsOf(needs)], maxBypasses);

    /// <summary>Takes what a group needs, or parks it.</summary>
    public bool TryAcquire(ReadyGroup group, [NotNullWhen(true)] out ResourceLease? lease)
    {
        lease = null;
        ResourceLease? granted = null;
        NotifiedRuns told = default;
        lock (room.Gate)
        {
            string? lacking = WhyYield(group);
#pragma warning disable CA2000 // What was granted goes back with the lease that is returned.
            if (lacking is null && room.Ledger.TryAcquire(group.Needs, out granted))
#pragma warning restore CA2000
            {
                Take(group, ref told);
            }
            else
            {
                Park(group, lacking ?? room.Ledger.LackingOf(group.Amounts) ?? WaitingRoom.Anything, yields: lacking is not null, ref told);
            }
        }

        told.Tell(except: this);
        if (granted is null)
        {
            return false;
        }

        lease = new ResourceLease(group.Needs, new Holding(this, group.Amounts, granted));
        return true;
    }

    /// <summary>What the run was told: groups that wait no longer and are to ask.</summary>
    public void TakeNews(List<ReadyGroup> woken)
    {
        if (!_isTold)
        {
            return;
        }

        lock (room.Gate)
        {
            _isTold = false;
            foreach (PoolShare share in _news)
            {
                foreach (WaitingPlace<ReadyGroup> place in share.AsksAll ? share.Groups.ToList() : [])
                {
                    if (!place.Blocks && place.Who.WaitsFor == share)
                    {
                        Wake(place);
                    }
                }

                share.AsksAll = false;
                long left = share.Promise;
                while (share.Groups.FirstServable(left) is { Blocks: false } place)
                {
                    left -= place.Need;
                    Wake(place);
                }

                void Wake(WaitingPlace<ReadyGroup> place)
                {
                    Unpark(place.Who, share);
                    woken.Add(place.Who);
                }
            }

            _answering.AddRange(_news);
            _news.Clear();
        }
    }

    /// <summary>The run has asked for all that it was told of: what was kept for it is there for others.</summary>
    /// <returns>Whether there are news for it.</returns>
    public bool Answer()
    {
        bool hasStopped = _parked > 0 && _wasRunning && !IsRunning();
        _wasRunning = IsRunning();
        if (_answering.Count == 0 && !hasStopped && _reservedFor is null)
        {
            return _isTold;
        }

        NotifiedRuns told = default;
        lock (room.Gate)
        {
            if (hasStopped)
            {
                UpdateAll();
                ServeAll(ref told);
            }

            foreach (PoolShare share in _answering)
            {
                EndPromise(share);
                Update(share);
            }

            foreach (PoolShare share in _answering)
            {
                if (share is { AsksAll: true, Waiting: > 0 })
                {
                    // It was told so after it had looked.
                    room.Tell(share, ref told);
                }

                share.AsksAll &= share.HasNews;
                room.Serve(share.Pool, ref told);
                Forget(share);
            }

            _answering.Clear();
            ReviewReservation(isAnswered: true, ref told);
        }

        told.Tell(except: this);
        return _isTold;
    }

    /// <summary>The most urgent of a group is another now.</summary>
    public void Reorder(ReadyGroup group)
    {
        NotifiedRuns told = default;
        lock (room.Gate)
        {
            if (group.WaitsFor is { } share)
            {
                LeaveLines(group);
                EnterLines(group, share);
                room.Serve(share.Pool, ref told);
            }

            if (group.Reservations is not null)
            {
                EndReservations(group, ref told);
                Reserve(group);
            }
        }

        told.Tell();
    }

    /// <summary>A group waits no longer, and is to ask again.</summary>
    public void Unpark(ReadyGroup group)
    {
        lock (room.Gate)
        {
            if (group.WaitsFor is { } share)
            {
                Unpark(group, wokenBy: null);
                Update(share);
            }
        }
    }

    /// <summary>None of a group is ready any longer.</summary>
    public void Forget(ReadyGroup group)
    {
        if (!group.IsParked && group.Reservations is null && _reservedFor != group && group.Patience == maxBypasses)
        {
            return;
        }

        NotifiedRuns told = default;
        lock (room.Gate)
        {
            PoolShare? share = group.WaitsFor;
            if (share is not null)
            {
                Unpark(group, wokenBy: null);
                Update(share);
            }

            EndReservations(group, ref told);
            if (_reservedFor == group)
            {
                SetReservation(null, ref told);
            }

            group.Patience = maxBypasses;
            group.Since = 0;
            group.FailedWakes = 0;
            group.WokenBy = null;
            if (share is not null)
            {
                room.Serve(share.Pool, ref told);
                Forget(share);
            }
        }

        told.Tell();
    }

    /// <summary>The run waits for nothing for now: what it had parked is to ask again when it does.</summary>
    public void StopWaiting(List<ReadyGroup> unparked)
    {
        if (_parked == 0 && !_isTold && _answering.Count == 0 && _reservedFor is null)
        {
            return;
        }

        NotifiedRuns told = default;
        lock (room.Gate)
        {
            _isTold = false;
            _news.Clear();
            _answering.Clear();
            if (_reservedFor is not null)
            {
                SetReservation(null, ref told);
            }

            PoolShare[] shares = [.. _pools.Values.Where(share => share.HasNews || share.Waiting > 0)];
            foreach (PoolShare share in shares)
            {
                foreach (WaitingPlace<ReadyGroup> place in share.Groups.ToList())
                {
                    if (!place.Blocks && place.Who.WaitsFor == share)
                    {
                        Unpark(place.Who, wokenBy: null);
                        unparked.Add(place.Who);
                    }
                }

                share.AsksAll = false;
                EndPromise(share);
                Update(share);
            }

            foreach (PoolShare share in shares)
            {
                room.Serve(share.Pool, ref told);
                Forget(share);
            }

            room.Serve(WaitingRoom.Anything, ref told);
        }

        told.Tell(except: this);
    }

    /// <summary>By pool, how long something of the run has waited for it.</summary>
    public Dictionary<string, TimeSpan> Waits()
    {
        lock (room.Gate)
        {
            Dictionary<string, TimeSpan> waits = new(_waited.Where(pool => AttemptLimiter.IsPool(pool.Key)), StringComparer.Ordinal);
            foreach ((string pool, TimeSpan soFar) in WaitsNow())
            {
                waits[pool] = waits.GetValueOrDefault(pool) + soFar;
            }

            return waits;
        }
    }

    /// <summary>Inside the gate: by pool, how long something of the run has been waiting for it.</summary>
    public IEnumerable<(string Pool, TimeSpan SoFar)> WaitsNow() => _pools.Values
        .Where(share => share.WaitsSince is not null && AttemptLimiter.IsPool(share.Pool))
        .Select(share => (share.Pool, room.TimeProvider.GetElapsedTime(share.WaitsSince!.Value)));

    /// <summary>Inside the gate.</summary>
    public void AddWaited(string pool, TimeSpan waited) => _waited[pool] = _waited.GetValueOrDefault(pool) + waited;

    /// <summary>Inside the gate: something that waits may ask.</summary>
    /// <returns>Whether it is to be told.</returns>
    public bool Hear(PoolShare share)
    {
        _news.Add(share);
        bool isFirst = !_isTold;
        _isTold = true;
        return isFirst;
    }

    /// <summary>
    /// Inside the gate: the run was bypassed too often by others. Nobody takes before it what the group needs that comes first of those that
    /// wait there. When it cannot be reserved for now, it may be bypassed as often again.
    /// </summary>
    public void ReserveAmongRuns(PoolShare bypassed, ref NotifiedRuns told)
    {
        if (_reservedFor is null && bypassed.Groups.FirstServable(long.MaxValue - 1) is { } first)
        {
            ReserveAmongRuns(first.Who, isAsking: false, ref told);
        }

        if (bypassed.Place is { IsInLine: true, Patience: <= 0 })
        {
            Update(bypassed, _reservedFor is null ? MostBypasses : WaitingPlace<PoolShare>.Boundless);
        }
    }

    private long MostBypasses => Math.Max(1, maxBypasses);

    private void ReserveAmongRuns(ReadyGroup group, bool isAsking, ref NotifiedRuns told)
    {
        ReadyGroup first = FirstBefore(group);
        if (NeedsWhatWaits(first) || (isAsking && !first.IsParked))
        {
            ResetPatience(group);
            return;
        }

        SetReservation(first, ref told);
        if (!first.IsParked)
        {
            // Either the run is about to ask for it, or it cannot, for want of a worker or a budget: its answer shows.
            room.Tell(ShareOf(first.Amounts[0].Pool), ref told);
        }
    }

    /// <summary>
    /// Whether the run is still to be reserved for: not when the group that comes first needs what is returned only after runs that would have
    /// to yield to it, nor when the run has answered and not asked for it: then it lacks a worker or a budget, perhaps until such runs end.
    /// </summary>
    private void ReviewReservation(bool isAnswered, ref NotifiedRuns told)
    {
        if (_reservedFor is not { } group)
        {
            return;
        }

        ReadyGroup first = FirstBefore(group);
        if (NeedsWhatWaits(first) || (isAnswered && !first.IsParked))
        {
            SetReservation(null, ref told);
            ResetPatience(group);
        }
        else if (first != group && first.IsParked)
        {
            SetReservation(first, ref told);
        }
    }

    /// <summary>Of a group and those that it must not start before, the one that comes first.</summary>
    private ReadyGroup FirstBefore(ReadyGroup group)
    {
        long rank = group.Urgency;
        while (true)
        {
            ReadyGroup first = group;
            foreach ((string pool, _) in group.Amounts)
            {
                if (_pools.GetValueOrDefault(pool)?.Groups.FirstBlocking() is { } blocking && blocking.ComesBefore(rank, 0))
                {
                    first = blocking.Who;
                    rank = blocking.Rank;
                }
            }

            if (first == group)
            {
                return group;
            }

            group = first;
        }
    }

    /// <summary>Makes others yield to a group from now on, or to none.</summary>
    private void SetReservation(ReadyGroup? group, ref NotifiedRuns told)
    {
        ReadyGroup? before = _reservedFor;
        _reservedFor = group;
        foreach ((string pool, _) in before?.Amounts ?? [])
        {
            ShareOf(pool).IsReserved = false;
        }

        foreach ((string pool, _) in group?.Amounts ?? [])
        {
            ShareOf(pool).IsReserved = true;
        }

        if (group is null)
        {
            room.Reserved.Remove(this);
        }
        else if (before is null)
        {
            _reservedAt = room.NextTurn();
            room.Reserved.Add(this);
        }

        foreach (PoolShare share in _pools.Values.ToArray())
        {
            Update(share, group is null && share.Place.Patience > int.MaxValue ? MostBypasses : null);
        }

        ServeAll(ref told);
        foreach ((string pool, _) in before?.Amounts ?? [])
        {
            room.Serve(pool, ref told);
            Forget(ShareOf(pool));
        }
    }

    /// <summary>The pool that somebody else is to have first; <see langword="null"/> when there is none.</summary>
    private string? WhyYield(ReadyGroup group)
    {
        foreach ((string pool, long amount) in group.Amounts)
        {
            PoolShare? own = _pools.GetValueOrDefault(pool);
            if (own?.Groups.FirstBlocking() is { } urgent && urgent.Who != group && urgent.ComesBefore(group.Urgency, 0))
            {
                return pool;
            }

            if (room.LineOf(pool) is { } line && MustYield(line, own, amount))
            {
                return pool;
            }
        }

        return null;
    }

    private bool MustYield(PoolLine line, PoolShare? own, long amount)
    {
        long kept = line.Promised - (own?.Promise ?? 0);
        if (kept > 0 && room.FreeOf(line.Pool) - kept < amount)
        {
            return true;
        }

        (long rank, long since) = TurnOf(own);
        return (line.Runs.FirstBlocking() is { } reserved && reserved.Who.Run != this && reserved.ComesBefore(rank, since))
            || (line.Runs.First is { } first && first.Who.Run != this && first.Rank < rank);
    }

    private void Take(ReadyGroup group, ref NotifiedRuns told)
    {
        long urgency = group.Urgency;
        foreach ((string pool, long amount) in group.Amounts)
        {
            PoolShare share = ShareOf(pool);
            PoolLine? line = room.LineOf(pool);
            long kept = Math.Min(share.Promise, amount);
            share.Promise -= kept;
            line?.Promised -= kept;
            (long rank, long since) = TurnOf(share);
            share.Held += amount;
            if (line is not null)
            {
                WaitingRoom.Pass(line, rank, since, ref told);
            }

            share.TookAt = room.NextTurn();
            share.Groups.Pass(urgency, 0);
            while (share.Groups.AnyOutOfPatience() is { Who: var passedOver })
            {
                PoolShare waitsFor = passedOver.WaitsFor!;
                LeaveLines(passedOver);
                EnterLines(passedOver, waitsFor);
            }

            if (share.Waiting > 0 || share.HasNews)
            {
                share.Since = share.TookAt;
                Update(share, maxBypasses);
            }
            else
            {
                share.Place.Patience = maxBypasses;
            }
        }

        group.Since = 0;
        group.FailedWakes = 0;
        group.WokenBy = null;
        if (_reservedFor == group)
        {
            SetReservation(null, ref told);
        }
    }

    private void Park(ReadyGroup group, string pool, bool yields, ref NotifiedRuns told)
    {
        PoolShare share = ShareOf(pool);
        group.Since = group.Since == 0 ? room.NextTurn() : group.Since;
        bool isBypassed = maxBypasses == 0 && _reservedFor is null;
        if (group.WokenBy is { } wokenBy)
        {
            group.WokenBy = null;
            if (wokenBy == share && !yields && room.FreeOf(pool) >= AmountOf(group, pool))
            {
                // There is enough of it, and yet the ledger refuses it: whatever happens next, it asks again.
                share = ShareOf(WaitingRoom.Anything);
            }
            else if (++group.FailedWakes >= maxBypasses && _reservedFor is null)
            {
                isBypassed = true;
            }
        }

        if (share.Waiting == 0)
        {
            share.Since = Math.Max(group.Since, share.Held > 0 ? share.TookAt : 0);
        }

        if (share.WaitsSince is null)
        {
            room.BeginWait(share);
        }

        share.Waiting++;
        _parked++;
        EnterLines(group, share);
        if (!yields && room.LineOf(share.Pool) is { GrowsByItself: true } && !room.Ledger.AnnounceWhenFree(share.Pool, AmountOf(group, share.Pool)))
        {
            // It has grown since it was looked at.
            share.AsksAll = true;
            room.Tell(share, ref told);
        }

        if (isBypassed)
        {
            ReserveAmongRuns(group, isAsking: true, ref told);
        }
    }

    private void Unpark(ReadyGroup group, PoolShare? wokenBy)
    {
        PoolShare share = group.WaitsFor!;
        LeaveLines(group);
        share.Waiting--;
        group.WokenBy = wokenBy;
        if (--_parked == 0)
        {
            room.Leave(this);
        }
    }

    /// <summary>
    /// Puts a group in the lines of all that it needs. Its patience is divided among them: as soon as one of its places has none left, what is
    /// left of it all is divided anew, so that it is counted over all lines though each counts for itself.
    /// </summary>
    private void EnterLines(ReadyGroup group, PoolShare waitsFor)
    {
        if (group.Patience <= 0 && group.Reservations is null)
        {
            Reserve(group);
        }

        group.WaitsFor = waitsFor;
        group.Allowance = group.Reservations is null ? Math.Max(1, group.Patience / group.Amounts.Length) : long.MaxValue / 2;
        for (int i = 0; i < group.Amounts.Length; i++)
        {
            (string pool, long amount) = group.Amounts[i];
            WaitingPlace<ReadyGroup> place = group.Places[i];
            place.Rank = group.Urgency;
            place.Need = pool == waitsFor.Pool ? amount : long.MaxValue;
            place.Patience = group.Allowance;
            ShareOf(pool).Groups.Add(place);
        }

        if (waitsFor.Pool.Length == 0)
        {
            group.PlaceForAnything ??= new WaitingPlace<ReadyGroup>(group) { Need = 0 };
            group.PlaceForAnything.Rank = group.Urgency;
            waitsFor.Groups.Add(group.PlaceForAnything);
        }

        Update(waitsFor);
    }

    private void LeaveLines(ReadyGroup group)
    {
        for (int i = 0; i < group.Amounts.Length; i++)
        {
            PoolShare share = ShareOf(group.Amounts[i].Pool);
            share.Groups.Remove(group.Places[i]);
            group.Patience -= group.Allowance - group.Places[i].Patience;
            if (share != group.WaitsFor)
            {
                Forget(share);
            }
        }

        if (group.PlaceForAnything is { IsInLine: true } place)
        {
            group.WaitsFor!.Groups.Remove(place);
        }

        group.WaitsFor = null;
    }

    /// <summary>Less urgent work of the run takes nothing that a group needs before it.</summary>
    private void Reserve(ReadyGroup group)
    {
        group.Reservations = [];
        foreach ((string pool, _) in group.Amounts)
        {
            PoolShare share = ShareOf(pool);
            var place = new WaitingPlace<ReadyGroup>(group) { Rank = group.Urgency, Since = 1, Blocks = true };
            share.Groups.Add(place);
            group.Reservations.Add((share, place));
            Update(share);
        }
    }

    private void EndReservations(ReadyGroup group, ref NotifiedRuns told)
    {
        if (group.Reservations is not { } reservations)
        {
            return;
        }

        group.Reservations = null;
        foreach ((PoolShare share, WaitingPlace<ReadyGroup> place) in reservations)
        {
            share.Groups.Remove(place);
            Update(share);
            room.Serve(share.Pool, ref told);
            Forget(share);
        }
    }

    private void EndPromise(PoolShare share)
    {
        room.LineOf(share.Pool)?.Promised -= share.Promise;
        share.Promise = 0;
        share.HasNews = false;
    }

    private void Update(PoolShare share, long? patience = null)
    {
        (long rank, long since) = TurnOf(share);
        room.Place(share, rank, since == long.MaxValue ? share.Since : since, patience);
        if (patience is { } value && !share.Place.IsInLine)
        {
            share.Place.Patience = value;
        }
    }

    /// <summary>The run stands elsewhere in its lines: what it had to leave to others may be its turn now.</summary>
    private void ServeAll(ref NotifiedRuns told)
    {
        foreach (PoolShare share in _pools.Values.ToArray())
        {
            if (share.Waiting > 0)
            {
                room.Serve(share.Pool, ref told);
            }
        }
    }

    private void UpdateAll()
    {
        foreach (PoolShare share in _pools.Values.ToArray())
        {
            Update(share);
        }
    }

    private void Forget(PoolShare share)
    {
        if (share.IsUnused)
        {
            _pools.Remove(share.Pool);
        }
    }

    private PoolShare ShareOf(string pool)
    {
        if (!_pools.TryGetValue(pool, out PoolShare? share))
        {
            share = new PoolShare(this, pool);
            share.Place.Patience = maxBypasses;
            _pools.Add(pool, share);
        }

        return share;
    }

    /// <summary>
    /// Whose turn it is: first what was passed over too often, in one order for all pools, so that no two wait for each other; then who holds
    /// less, where one that has nothing running counts as one that holds nothing; then who has waited longer.
    /// </summary>
    private (long Rank, long Since) TurnOf(PoolShare? share) =>
        _reservedFor is not null ? (-1, _reservedAt)
        : (share is { Held: > 0 } && IsRunning() ? share.Held : 0, share is { Place.IsInLine: true } ? share.Since : long.MaxValue);

    private static long AmountOf(ReadyGroup group, string pool) => Array.Find(group.Amounts, amount => amount.Pool == pool).Amount;

    /// <summary>Takes back what an attempt held. Called outside the gate.</summary>
    public void GiveBack(Holding holding, ResourceLease granted)
    {
        NotifiedRuns told = default;
        lock (room.Gate)
        {
            EndWaits(holding);
            foreach ((string pool, long amount) in holding.Amounts)
            {
                PoolShare share = ShareOf(pool);
                share.Held -= amount;
                share.Since = share.Waiting > 0 ? room.NextTurn() : share.Since;
                if (share.IsUnused)
                {
                    _pools.Remove(pool);
                }
                else if (share.Place.IsInLine)
                {
                    Update(share);
                    if (room.LineOf(pool) is { GrowsByItself: true })
                    {
                        // The ledger releases nothing of it, but it may be the run's turn now.
                        room.Serve(pool, ref told);
                    }
                }
            }
        }

        told.Tell();
        granted.Dispose();
    }
}
