namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// The group of a run to which all other runs yield, because the run was bypassed as often as may be. Used inside the gate of the room.
/// </summary>
/// <param name="room">Where all runs wait.</param>
/// <param name="run">The run.</param>
/// <param name="shares">What it has of each pool.</param>
/// <param name="news">What it is notified of.</param>
internal sealed class RunReservation(WaitingRoom room, RunResources run, PoolShares shares, RunNews news)
{
    /// <summary>The group; <see langword="null"/> for none. Read by the run also outside the gate.</summary>
    public ReadyGroup? Group { get; private set; }

    /// <summary>
    /// The run was bypassed too often in the line of a pool: the others yield to the group that comes first of those that wait there. When it
    /// cannot be reserved for, it may be bypassed as often again.
    /// </summary>
    public void Begin(PoolShare bypassed, ref NotifiedRuns notified)
    {
        if (Group is null && bypassed.Groups.FirstServable(long.MaxValue - 1) is { } first)
        {
            Begin(first.Who, isAsking: false, ref notified);
        }

        if (bypassed.Place is { IsInLine: true, BypassesLeft: <= 0 })
        {
            // The place itself does not block; the reservation does.
            shares.Update(bypassed, Group is null ? shares.MostBypasses : WaitingPlace<PoolShare>.NoLimit);
        }
    }

    /// <summary>The others yield to a group from now on, or to the one of the run that it must not start before.</summary>
    /// <param name="group">The group.</param>
    /// <param name="isAsking">Whether the run itself calls, which has asked by now for all that comes before the group and can start.</param>
    /// <param name="notified">The runs that are to be notified.</param>
    public void Begin(ReadyGroup group, bool isAsking, ref NotifiedRuns notified)
    {
        ReadyGroup first = FirstBefore(group);
        if (IsInVain(first) || (isAsking && !first.IsParked))
        {
            ResetBypasses(group);
            return;
        }

        Set(first, ref notified);
        if (!first.IsParked && news.RequestAnswer())
        {
            // Either the run is about to ask for it, or it cannot, for want of a worker or a budget: its answer shows.
            notified.Add(run);
        }
    }

    /// <summary>
    /// Ends the reservation when nothing can come of it: the group that comes first needs what is returned only after runs that would have to
    /// yield to it, or the run has answered and not asked for it. Then it lacks a worker or a budget, perhaps until such runs end.
    /// </summary>
    public void Review(bool hasAnswered, ref NotifiedRuns notified)
    {
        if (Group is not { } group)
        {
            return;
        }

        ReadyGroup first = FirstBefore(group);
        if (IsInVain(first) || (hasAnswered && !first.IsParked))
        {
            End(ref notified);
            ResetBypasses(group);
        }
        else if (first != group && first.IsParked)
        {
            Set(first, ref notified);
        }
    }

    public void End(ref NotifiedRuns notified)
    {
        if (Group is not null)
        {
            Set(null, ref notified);
        }
    }

    /// <summary>Whether a group cannot be served before runs end that would have to yield to it.</summary>
    private bool IsInVain(ReadyGroup group) =>
        room.HeldByWaiting.LeavesTooLittleFor(group) || (group.WaitsFor is { Pool: WaitingRoom.Anything } && !room.HeldByWaiting.IsEmpty);

    /// <summary>Of a group and those that it must not start before, the one that comes first.</summary>
    private ReadyGroup FirstBefore(ReadyGroup group)
    {
        long rank = group.Urgency;
        while (true)
        {
            ReadyGroup first = group;
            foreach ((string pool, _) in group.Amounts)
            {
                if (shares.Find(pool)?.Groups.FirstBlocking() is { } blocking && blocking.ComesBefore(rank, 0))
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

    private void ResetBypasses(ReadyGroup group)
    {
        foreach ((string pool, _) in group.Amounts)
        {
            if (shares.Find(pool) is { } share)
            {
                shares.Update(share, shares.MostBypasses);
            }
        }
    }

    private void Set(ReadyGroup? group, ref NotifiedRuns notified)
    {
        ReadyGroup? before = Group;
        Group = group;
        foreach ((string pool, _) in before?.Amounts ?? [])
        {
            shares.Of(pool).IsReserved = false;
        }

        foreach ((string pool, _) in group?.Amounts ?? [])
        {
            shares.Of(pool).IsReserved = true;
        }

        if (group is null)
        {
            room.Reserved.Remove(this);
            shares.ReservedAt = null;
        }
        else if (before is null)
        {
            room.Reserved.Add(this);
            shares.ReservedAt = room.NextTurn();
        }

        shares.UpdateAll();
        shares.ServeAll(ref notified);
        foreach ((string pool, _) in before?.Amounts ?? [])
        {
            room.Serve(pool, ref notified);
            shares.Forget(shares.Of(pool));
        }
    }
}
