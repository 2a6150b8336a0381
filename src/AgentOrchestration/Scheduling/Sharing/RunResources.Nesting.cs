namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// Runs that code of another run has started and waits for: they may need what their callers hold, who give it back only afterwards.
/// </summary>
internal sealed partial class RunResources
{
    private HashSet<string>? _reported;

    /// <summary>The run as its code sees it; <see langword="null"/> when no code runs here, as in a forecast.</summary>
    public RunFlow? Flow { get; set; }

    /// <summary>Called inside the gate, at most once for each pool: the run waits for what a caller of it holds.</summary>
    public Action<string>? Reported { get; set; }

    /// <summary>
    /// Gets why a group that was refused can never start: all that it needs and lacks is held by those who wait for this run, or for others that
    /// wait in the same circle; <see langword="null"/> when it may start one day. Costs nothing when no code of a run waits for this one.
    /// </summary>
    public string? WhyStuck(ReadyGroup group)
    {
        if (Flow is not { } flow || (flow.AwaitedBy == 0 && flow.Outer is null && flow.ObservedInside == 0))
        {
            return null;
        }

        lock (room.Gate)
        {
            if (flow.AwaitedBy > 0 && LacksBeside(group, room.HeldByWaiting, out _)
                && NestedWait.FindStuck(room, out Dictionary<string, long> held, out List<Holding> holders).Contains(flow)
                && LacksBeside(group, held, out var lacking))
            {
                return $"{Describe(lacking, holders)}, and waits for this run, directly or through others: neither could ever continue. Raise the capacity, or start this run from code that does not hold it.";
            }

            Report(group, flow);
            return null;
        }
    }

    /// <summary>Inside the gate of a room: whether something of the run waits there that so much, held for ever, leaves too little for.</summary>
    public bool WaitsInVain(WaitingRoom where, Dictionary<string, long> held)
    {
        if (where != room || _parked == 0)
        {
            return false;
        }

        foreach (PoolShare share in _pools.Values)
        {
            if (WaitsInVain(share, held))
            {
                return true;
            }
        }

        return false;
    }

    private bool WaitsInVain(PoolShare share, Dictionary<string, long> held) =>
        share.Waiting > 0 && share.Groups.ToList().Exists(place => place.Who.WaitsFor == share && LacksBeside(place.Who, held, out _));

    /// <summary>What waits in the run for something that may be held by those who wait for it is to ask again. Called outside the gate.</summary>
    public void AskAgain()
    {
        NotifiedRuns told = default;
        lock (room.Gate)
        {
            foreach (PoolShare share in _parked > 0 && room.HeldByWaiting.Count > 0 ? _pools.Values.ToArray() : [])
            {
                if (WaitsInVain(share, room.HeldByWaiting))
                {
                    share.AsksAll = true;
                    room.Tell(share, ref told);
                }
            }
        }

        told.Tell();
    }

    /// <summary>The code of an attempt begins, or has ended, to wait for other runs.</summary>
    public void AddWaits(Holding holding, int waits)
    {
        NotifiedRuns told = default;
        lock (room.Gate)
        {
            if (holding.IsReleased)
            {
                return;
            }

            int before = holding.Waits;
            holding.Waits += waits;
            if (before == 0 || holding.Waits == 0)
            {
                CountHeld(holding, Math.Sign(holding.Waits - before));
            }

            foreach (RunResources run in before == 0 && room.Reserved.Count > 0 ? room.Reserved.ToArray() : [])
            {
                run.ReviewReservation(isAnswered: false, ref told);
            }
        }

        told.Tell();
    }

    /// <summary>
    /// Whether a group cannot be served before the runs end for which others wait who hold what it needs: nobody yields to it, or those runs,
    /// which may need the same, would wait for it in turn.
    /// </summary>
    private bool NeedsWhatWaits(ReadyGroup group) =>
        LacksBeside(group, room.HeldByWaiting, out _) || (group.WaitsFor is { Pool: WaitingRoom.Anything } && room.HeldByWaiting.Count > 0);

    /// <summary>A group is not reserved for now: it may be bypassed as often as at first.</summary>
    private void ResetPatience(ReadyGroup group)
    {
        foreach ((string pool, _) in group.Amounts)
        {
            if (_pools.TryGetValue(pool, out PoolShare? share))
            {
                Update(share, MostBypasses);
            }
        }
    }

    /// <summary>Inside the gate: what is given back is held no longer, whatever code that outlives its attempt waits for.</summary>
    private void EndWaits(Holding holding)
    {
        if (holding.Waits > 0)
        {
            holding.Waits = 0;
            CountHeld(holding, -1);
        }
    }

    private void CountHeld(Holding holding, int sign)
    {
        foreach ((string pool, long amount) in holding.Amounts)
        {
            long held = room.HeldByWaiting.GetValueOrDefault(pool) + (sign * amount);
            if (held == 0)
            {
                room.HeldByWaiting.Remove(pool);
            }
            else
            {
                room.HeldByWaiting[pool] = held;
            }
        }
    }

    /// <summary>Nobody may wait for the run in a way that is seen here, so nothing fails; but whoever looks for the reason finds it.</summary>
    private void Report(ReadyGroup group, RunFlow flow)
    {
        if (Reported is null)
        {
            return;
        }

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
        Dictionary<string, long> held = new(StringComparer.Ordinal);
        foreach ((string pool, long amount) in holders.SelectMany(holding => holding.Amounts))
        {
            held[pool] = held.GetValueOrDefault(pool) + amount;
        }

        if (LacksBeside(group, held, out var lacking) && (_reported ??= new HashSet<string>(StringComparer.Ordinal)).Add(lacking.Pool))
        {
            Reported!($"{Describe(lacking, holders)}, {why}");
        }
    }

    /// <summary>Whether a group needs more than is left of a pool beside what is held of it.</summary>
    private bool LacksBeside(ReadyGroup group, Dictionary<string, long> held, out (string Pool, long Amount, long Capacity, long Held) lacking)
    {
        lacking = default;
        if (held.Count == 0)
        {
            return false;
        }

        foreach ((string pool, long amount) in group.Amounts)
        {
            if (held.TryGetValue(pool, out long elsewhere) && room.Ledger.CapacityToReturn(pool) is { } capacity && amount > capacity - elsewhere)
            {
                lacking = (pool, amount, capacity, elsewhere);
                return true;
            }
        }

        return false;
    }

    private static string Describe((string Pool, long Amount, long Capacity, long Held) lacking, List<Holding> holders)
    {
        const int Most = 3;
        string[] who = [.. holders.Where(holding => holding.AmountOf(lacking.Pool) > 0).Select(holding => holding.ToString())];
        string names = string.Join(", ", who.Take(Most)) + (who.Length > Most ? $" and {who.Length - Most} more" : "");
        return $"It needs {lacking.Amount} of {AttemptLimiter.Describe(lacking.Pool)}, of which there is {lacking.Capacity} in all, but {lacking.Held} is held by {names}";
    }
}
