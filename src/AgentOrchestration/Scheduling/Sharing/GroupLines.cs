namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// The lines in which the groups of a run wait for pools, by urgency. A group is in the lines of all that it needs, so that each who takes of
/// any of it before is counted. Used inside the gate of the room.
/// </summary>
/// <param name="room">Where all runs wait.</param>
/// <param name="shares">What the run has of each pool.</param>
internal sealed class GroupLines(WaitingRoom room, PoolShares shares)
{
    /// <summary>How many groups wait. Read by the run also outside the gate.</summary>
    public int Parked { get; private set; }

    public void Park(ReadyGroup group, PoolShare waitsFor)
    {
        if (waitsFor.Waiting == 0)
        {
            waitsFor.Since = Math.Max(group.Since, waitsFor.Held > 0 ? waitsFor.TookAt : 0);
        }

        if (waitsFor.WaitsSince is null)
        {
            room.BeginWait(waitsFor);
        }

        waitsFor.Waiting++;
        if (++Parked == 1)
        {
            room.Join(waitsFor.Run);
        }

        Enter(group, waitsFor);
    }

    /// <summary>A group waits no longer, and is to ask again.</summary>
    /// <param name="group">The group.</param>
    /// <param name="wokenBy">What it was notified of; <see langword="null"/> for nothing.</param>
    public void Unpark(ReadyGroup group, PoolShare? wokenBy)
    {
        PoolShare share = group.WaitsFor!;
        Leave(group);
        share.Waiting--;
        group.WokenBy = wokenBy;
        if (--Parked == 0)
        {
            room.Leave(share.Run);
        }
    }

    /// <summary>All groups that wait for a pool are to ask again.</summary>
    /// <param name="share">What the run has of the pool.</param>
    /// <param name="wokenBy">What they were notified of; <see langword="null"/> for nothing.</param>
    /// <param name="unparked">Receives them.</param>
    public void UnparkAll(PoolShare share, PoolShare? wokenBy, List<ReadyGroup> unparked)
    {
        foreach (WaitingPlace<ReadyGroup> place in share.Groups.ToList())
        {
            if (!place.Blocks && place.Who.WaitsFor == share)
            {
                Unpark(place.Who, wokenBy);
                unparked.Add(place.Who);
            }
        }
    }

    /// <summary>Puts a group that waits where it belongs by its urgency.</summary>
    public void Move(ReadyGroup group)
    {
        PoolShare share = group.WaitsFor!;
        Leave(group);
        Enter(group, share);
    }

    /// <summary>Something was taken of a pool: less urgent work takes no more of it before those that were bypassed too often.</summary>
    public void Bypass(PoolShare share, long urgency)
    {
        share.Groups.Bypass(urgency, 0);
        while (share.Groups.AnyWithoutBypasses() is { Who: var bypassed })
        {
            Move(bypassed);
        }
    }

    /// <summary>Less urgent work of the run takes nothing that a group needs before it.</summary>
    public void Reserve(ReadyGroup group)
    {
        group.Reservations = [];
        foreach ((string pool, _) in group.Amounts)
        {
            PoolShare share = shares.Of(pool);
            var place = new WaitingPlace<ReadyGroup>(group) { Rank = group.Urgency, Since = 1, Blocks = true };
            share.Groups.Add(place);
            group.Reservations.Add((share, place));
            shares.Update(share);
        }
    }

    public void EndReservations(ReadyGroup group, ref NotifiedRuns notified)
    {
        if (group.Reservations is not { } reservations)
        {
            return;
        }

        group.Reservations = null;
        foreach ((PoolShare share, WaitingPlace<ReadyGroup> place) in reservations)
        {
            share.Groups.Remove(place);
            shares.Update(share);
            room.Serve(share.Pool, ref notified);
            shares.Forget(share);
        }
    }

    /// <summary>
    /// Puts a group in the lines of all that it needs. How often it may be bypassed is divided among them: as soon as one of its places has used
    /// its part up, the rest of it all is divided anew, so that it is counted over all lines though each counts for itself.
    /// </summary>
    private void Enter(ReadyGroup group, PoolShare waitsFor)
    {
        if (group.BypassesLeft <= 0 && group.Reservations is null)
        {
            Reserve(group);
        }

        group.WaitsFor = waitsFor;
        group.Allowance = group.Reservations is null ? Math.Max(1, group.BypassesLeft / group.Amounts.Length) : WaitingPlace<ReadyGroup>.NoLimit;
        for (int i = 0; i < group.Amounts.Length; i++)
        {
            (string pool, long amount) = group.Amounts[i];
            WaitingPlace<ReadyGroup> place = group.Places[i];
            place.Rank = group.Urgency;
            place.Need = pool == waitsFor.Pool ? amount : long.MaxValue;
            place.BypassesLeft = group.Allowance;
            shares.Of(pool).Groups.Add(place);
        }

        if (waitsFor.Pool.Length == 0)
        {
            group.PlaceForAnything ??= new WaitingPlace<ReadyGroup>(group) { Need = 0 };
            group.PlaceForAnything.Rank = group.Urgency;
            waitsFor.Groups.Add(group.PlaceForAnything);
        }

        shares.Update(waitsFor);
    }

    private void Leave(ReadyGroup group)
    {
        for (int i = 0; i < group.Amounts.Length; i++)
        {
            PoolShare share = shares.Of(group.Amounts[i].Pool);
            share.Groups.Remove(group.Places[i]);
            group.BypassesLeft -= group.Allowance - group.Places[i].BypassesLeft;
            if (share != group.WaitsFor)
            {
                shares.Forget(share);
            }
        }

        if (group.PlaceForAnything is { IsInLine: true } place)
        {
            group.WaitsFor!.Groups.Remove(place);
        }

        group.WaitsFor = null;
    }
}
