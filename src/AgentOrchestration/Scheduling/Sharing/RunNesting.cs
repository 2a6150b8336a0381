namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// Waits between runs: a run that code of another run has started and waits for may need what its callers hold, which they return only
/// afterwards.
/// </summary>
/// <param name="room">Where all runs wait.</param>
/// <param name="shares">What the run has of each pool.</param>
internal sealed class RunNesting(WaitingRoom room, PoolShares shares)
{
    private HashSet<string>? _reported;

    /// <summary>The run as its code sees it; <see langword="null"/> when no code runs here, as in a forecast.</summary>
    public RunFlow? Flow { get; set; }

    /// <summary>Called inside the gate, at most once for each pool: the run waits for what code holds that may wait for it.</summary>
    public Action<string>? Reported { get; set; }

    /// <summary>Whether code of another run waits for this run, or may do so while it holds something.</summary>
    public bool IsAwaited => Flow is { } flow && (flow.AwaitedBy > 0 || flow.HeldAround.Any());

    /// <summary>
    /// Gets why a group that was refused can never start: all that it needs and lacks is held by those who wait for this run, or for others that
    /// wait in the same cycle; <see langword="null"/> when it may start one day. Costs nothing when no code of a run waits for this one.
    /// </summary>
    public string? WhyStuck(ReadyGroup group)
    {
        if (Flow is not { } flow || (flow.AwaitedBy == 0 && flow.Outer is null && flow.ObservedInside == 0))
        {
            return null;
        }

        lock (room.Gate)
        {
            if (flow.AwaitedBy > 0 && room.HeldByWaiting.LeavesTooLittleFor(group)
                && NestedWait.FindStuck(room, out HeldAmounts held, out List<Holding> holders).Contains(flow)
                && held.FindLack(group) is { } lack)
            {
                return $"{lack.Describe(holders)}, and waits for this run, directly or through others: neither could ever continue. Raise the capacity, or start this run from code that does not hold it.";
            }

            Report(group, flow);
            return null;
        }
    }

    /// <summary>Inside the gate of a room: whether something of the run waits there that so much, held for ever, leaves too little for.</summary>
    public bool WaitsInVain(WaitingRoom where, HeldAmounts held)
    {
        if (where != room)
        {
            return false;
        }

        foreach (PoolShare share in shares.All)
        {
            if (WaitsInVain(share, held))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What waits in the run for something that may be held by those who wait for it is to ask again. Called outside the gate.</summary>
    public void AskAgain()
    {
        NotifiedRuns notified = default;
        lock (room.Gate)
        {
            if (room.HasPriorities)
            {
                shares.UpdateAll();
                shares.ServeAll(ref notified);
            }

            foreach (PoolShare share in room.HeldByWaiting.IsEmpty ? [] : shares.ToArray())
            {
                if (WaitsInVain(share, room.HeldByWaiting))
                {
                    share.AsksAll = true;
                    room.Notify(share, ref notified);
                }
            }
        }

        notified.Notify();
    }

    /// <summary>The code of an attempt begins, or has ended, to wait for other runs.</summary>
    public void AddWaits(Holding holding, int waits)
    {
        NotifiedRuns notified = default;
        lock (room.Gate)
        {
            if (holding.IsReleased)
            {
                return;
            }

            int before = holding.Waits;
            holding.Waits += waits;
            if (before == 0)
            {
                room.HeldByWaiting.Add(holding);
                foreach (RunReservation reservation in room.Reserved.Count > 0 ? room.Reserved.ToArray() : [])
                {
                    reservation.Review(hasAnswered: false, ref notified);
                }
            }
            else if (holding.Waits == 0)
            {
                room.HeldByWaiting.Remove(holding);
            }
        }

        notified.Notify();
    }

    /// <summary>Inside the gate: what is returned is held no longer, whatever code that outlives its attempt waits for.</summary>
    public void EndWaits(Holding holding)
    {
        if (holding.Waits > 0)
        {
            holding.Waits = 0;
            room.HeldByWaiting.Remove(holding);
        }
    }

    private static bool WaitsInVain(PoolShare share, HeldAmounts held) =>
        share.Waiting > 0 && share.Groups.ToList().Exists(place => place.Who.WaitsFor == share && held.LeavesTooLittleFor(place.Who));

    /// <summary>Whether code really waits for the run, or for this subtask, is not known, so nothing fails; but the log has the reason.</summary>
    private void Report(ReadyGroup group, RunFlow flow)
    {
        if (flow.Outer is not null)
        {
            Report(group, [.. flow.HeldAround], "whose code has started this run. If that code waits for this run, neither continues.");
        }

        if (flow.ObservedInside > 0)
        {
            Report(group, NestedWait.HeldForObservers(flow), "whose code waits, directly or through other runs, for an event of this run. If that event comes after this subtask, neither continues.");
        }
    }

    private void Report(ReadyGroup group, List<Holding> holders, string why)
    {
        var held = new HeldAmounts(room.Ledger);
        holders.ForEach(held.Add);
        if (Reported is not null && held.FindLack(group) is { } lack && (_reported ??= new HashSet<string>(StringComparer.Ordinal)).Add(lack.Pool))
        {
            Reported($"{lack.Describe(holders)}, {why}");
        }
    }
}
