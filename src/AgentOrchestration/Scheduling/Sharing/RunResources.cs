using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// A run's door to the ledger that all runs share, and the place where the groups wait that the ledger refused. While a run waits for a pool,
/// runs that hold more of it take no more; among equals the one that has waited longest goes first. Safe for concurrent use.
/// </summary>
internal sealed class RunResources
{
    private readonly WaitingRoom _room;
    private readonly int _maxBypasses;
    private readonly GroupLines _lines;
    private readonly RunNews _news;
    private readonly RunReservation _reservation;
    private bool _wasRunning;

    /// <param name="room">Where all runs wait.</param>
    /// <param name="maxBypasses">How often others that come later may take of a pool before something that waits for it.</param>
    /// <param name="priority">How important the run is.</param>
    public RunResources(WaitingRoom room, int maxBypasses = RunOptions.DefaultMaxBypasses, int priority = 0)
    {
        _room = room;
        _maxBypasses = maxBypasses;
        Shares = new PoolShares(room, this, maxBypasses, priority);
        Nesting = new RunNesting(room, Shares);
        _lines = new GroupLines(room, Shares);
        _news = new RunNews(room, Shares, _lines);
        _reservation = new RunReservation(room, this, Shares, _news);
        if (priority != 0)
        {
            room.BeginPriorities();
        }
    }

    /// <summary>Makes a share in a ledger that no other run uses.</summary>
    public static RunResources Alone(IResourceManager resources, int maxBypasses = RunOptions.DefaultMaxBypasses) =>
        new(new WaitingRoom(new AttemptLimiter(resources, maxAttempts: null, hasLimits: false), TimeProvider.System), maxBypasses);

    /// <summary>Called outside every gate when something that waits may ask again; the run calls <see cref="TakeNews"/>. May be called anywhere.</summary>
    public Action? Notified { get; set; }

    /// <summary>Whether the run has attempts running, that will return something. One that has none yields to no run that waits, so none waits for ever.</summary>
    public Func<bool> IsRunning
    {
        get => Shares.IsRunning;
        set => Shares.IsRunning = value;
    }

    /// <summary>What the run has of each pool. Used inside the gate.</summary>
    public PoolShares Shares { get; }

    /// <summary>The waits between this run and others.</summary>
    public RunNesting Nesting { get; }

    /// <summary>Whether every attempt has to ask, also one that needs nothing.</summary>
    public bool LimitsEveryAttempt => _room.Ledger.LimitsEveryAttempt;

    /// <summary>Whether the run was notified of something that it has not looked at.</summary>
    public bool HasNews => _news.IsAny;

    public AttemptLimiter Ledger => _room.Ledger;

    public ReadyGroup CreateGroup(int index, ResourceRequirements needs) => new(index, needs, [.. _room.Ledger.AmountsOf(needs)], _maxBypasses);

    /// <summary>Takes what a group needs, or parks it.</summary>
    public bool TryAcquire(ReadyGroup group, [NotNullWhen(true)] out ResourceLease? lease)
    {
        lease = null;
        ResourceLease? granted = null;
        NotifiedRuns notified = default;
        lock (_room.Gate)
        {
            string? lacking = Shares.WhyYield(group);
#pragma warning disable CA2000 // What was granted is returned with the lease.
            if (lacking is null && _room.Ledger.TryAcquire(group.Needs, out granted))
#pragma warning restore CA2000
            {
                Take(group, ref notified);
            }
            else
            {
                Park(group, lacking ?? _room.Ledger.LackingOf(group.Amounts) ?? WaitingRoom.Anything, yields: lacking is not null, ref notified);
            }
        }

        notified.Notify(except: this);
        if (granted is null)
        {
            return false;
        }

        lease = new ResourceLease(group.Needs, new Holding(this, group.Amounts, granted));
        return true;
    }

    /// <summary>Whether there is enough for a group, and nobody waits for any of it.</summary>
    public bool IsSpare(ReadyGroup group)
    {
        lock (_room.Gate)
        {
            return Array.TrueForAll(group.Amounts, need => _room.LineOf(need.Pool) is null && (_room.FreeOf(need.Pool) ?? long.MaxValue) >= need.Amount);
        }
    }

    /// <summary>Takes the groups that wait no longer and are to ask.</summary>
    public void TakeNews(List<ReadyGroup> woken)
    {
        if (_news.IsAny)
        {
            lock (_room.Gate)
            {
                _news.Take(woken);
            }
        }
    }

    /// <summary>The run has asked for all that it was notified of, as far as it can start it: what was kept for it is there for others.</summary>
    /// <returns>Whether there are news for it.</returns>
    public bool Answer()
    {
        bool hasStopped = _lines.Parked > 0 && _wasRunning && !IsRunning();
        _wasRunning = IsRunning();
        if (!_news.IsAnswerDue && !hasStopped && _reservation.Group is null)
        {
            return _news.IsAny;
        }

        NotifiedRuns notified = default;
        lock (_room.Gate)
        {
            if (hasStopped)
            {
                Shares.UpdateAll();
                Shares.ServeAll(ref notified);
            }

            _news.Answer(ref notified);
            _reservation.Review(hasAnswered: true, ref notified);
        }

        notified.Notify(except: this);
        return _news.IsAny;
    }

    /// <summary>The most urgent of a group is another now.</summary>
    public void Reorder(ReadyGroup group)
    {
        NotifiedRuns notified = default;
        lock (_room.Gate)
        {
            if (group.WaitsFor is { } share)
            {
                _lines.Move(group);
                _room.Serve(share.Pool, ref notified);
            }

            if (group.Reservations is not null)
            {
                _lines.EndReservations(group, ref notified);
                _lines.Reserve(group);
            }
        }

        notified.Notify();
    }

    /// <summary>A group waits no longer, and is to ask again.</summary>
    public void Unpark(ReadyGroup group)
    {
        lock (_room.Gate)
        {
            if (group.WaitsFor is { } share)
            {
                _lines.Unpark(group, wokenBy: null);
                Shares.Update(share);
            }
        }
    }

    /// <summary>None of a group is ready any longer.</summary>
    public void Forget(ReadyGroup group)
    {
        if (!group.IsParked && group.Reservations is null && _reservation.Group != group && group.BypassesLeft == _maxBypasses)
        {
            return;
        }

        NotifiedRuns notified = default;
        lock (_room.Gate)
        {
            PoolShare? share = group.WaitsFor;
            if (share is not null)
            {
                _lines.Unpark(group, wokenBy: null);
                Shares.Update(share);
            }

            _lines.EndReservations(group, ref notified);
            if (_reservation.Group == group)
            {
                _reservation.End(ref notified);
            }

            group.BypassesLeft = _maxBypasses;
            group.EndWait();
            if (share is not null)
            {
                _room.Serve(share.Pool, ref notified);
                Shares.Forget(share);
            }
        }

        notified.Notify();
    }

    /// <summary>The run waits for nothing for now: what it had parked is to ask again when it does.</summary>
    public void StopWaiting(List<ReadyGroup> unparked)
    {
        if (_lines.Parked == 0 && !_news.IsAny && !_news.IsAnswerDue && _reservation.Group is null)
        {
            return;
        }

        NotifiedRuns notified = default;
        lock (_room.Gate)
        {
            _news.Clear();
            _reservation.End(ref notified);
            PoolShare[] waiting = [.. Shares.All.Where(share => share.HasNews || share.Waiting > 0)];
            foreach (PoolShare share in waiting)
            {
                _lines.UnparkAll(share, wokenBy: null, unparked);
                share.AsksAll = false;
                Shares.EndPromise(share);
                Shares.Update(share);
            }

            foreach (PoolShare share in waiting)
            {
                _room.Serve(share.Pool, ref notified);
                Shares.Forget(share);
            }

            _room.Serve(WaitingRoom.Anything, ref notified);
        }

        notified.Notify(except: this);
    }

    /// <summary>Returns what an attempt held. Called outside the gate.</summary>
    public void Return(Holding holding, ResourceLease granted)
    {
        NotifiedRuns notified = default;
        lock (_room.Gate)
        {
            Nesting.EndWaits(holding);
            foreach ((string pool, long amount) in holding.Amounts)
            {
                Shares.Return(pool, amount, ref notified);
            }
        }

        notified.Notify();
        granted.Dispose();
    }

    /// <summary>By pool, how long something of the run has waited for it.</summary>
    public Dictionary<string, TimeSpan> Waits()
    {
        lock (_room.Gate)
        {
            return Shares.Waits();
        }
    }

    /// <inheritdoc cref="RunNews.Add"/>
    public bool AddNews(PoolShare share) => _news.Add(share);

    /// <inheritdoc cref="RunReservation.Begin(PoolShare, ref NotifiedRuns)"/>
    public void Reserve(PoolShare bypassed, ref NotifiedRuns notified) => _reservation.Begin(bypassed, ref notified);

    private void Take(ReadyGroup group, ref NotifiedRuns notified)
    {
        long urgency = group.Urgency;
        foreach ((string pool, long amount) in group.Amounts)
        {
            PoolShare share = Shares.Take(pool, amount, ref notified);
            _lines.Bypass(share, urgency);
            Shares.BeginTurn(share);
        }

        group.EndWait();
        if (_reservation.Group == group)
        {
            _reservation.End(ref notified);
        }
    }

    private void Park(ReadyGroup group, string pool, bool yields, ref NotifiedRuns notified)
    {
        PoolShare share = Shares.Of(pool);
        group.Since = group.Since == 0 ? _room.NextTurn() : group.Since;
        bool isBypassed = _maxBypasses == 0;
        if (group.WokenBy is { } wokenBy)
        {
            group.WokenBy = null;
            if (wokenBy == share && !yields && _room.FreeOf(pool) >= group.AmountOf(pool))
            {
                // There is enough of it, and yet the ledger refuses it: whatever happens next, it asks again.
                share = Shares.Of(WaitingRoom.Anything);
            }
            else
            {
                isBypassed |= ++group.FailedWakes >= _maxBypasses;
            }
        }

        _lines.Park(group, share);
        if (!yields && _room.LineOf(share.Pool) is { GrowsByItself: true } && !_room.Ledger.AnnounceWhenFree(share.Pool, group.AmountOf(share.Pool)))
        {
            // It has grown since it was looked at.
            share.AsksAll = true;
            _room.Notify(share, ref notified);
        }

        if (isBypassed && _reservation.Group is null)
        {
            _reservation.Begin(group, isAsking: true, ref notified);
        }
    }
}
