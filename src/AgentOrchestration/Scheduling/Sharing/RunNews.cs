namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// The pools of which a run was notified that it may ask again. What is free of them is kept for it from the notification until it has
/// answered. Used inside the gate of the room.
/// </summary>
/// <param name="room">Where all runs wait.</param>
/// <param name="shares">What the run has of each pool.</param>
/// <param name="lines">Where its groups wait.</param>
internal sealed class RunNews(WaitingRoom room, PoolShares shares, GroupLines lines)
{
    private readonly List<PoolShare> _news = [];
    private readonly List<PoolShare> _taken = [];
    private volatile bool _isAny;

    /// <summary>Whether there is something that the run has not looked at. May be read anywhere.</summary>
    public bool IsAny => _isAny;

    /// <summary>Whether the run has looked at something, and not answered.</summary>
    public bool IsAnswerDue => _taken.Count > 0;

    /// <returns>Whether the run is to be notified.</returns>
    public bool Add(PoolShare share)
    {
        _news.Add(share);
        return RequestAnswer();
    }

    /// <summary>The run is to answer, though it is notified of no pool.</summary>
    /// <returns>Whether the run is to be notified.</returns>
    public bool RequestAnswer()
    {
        bool isFirst = !_isAny;
        _isAny = true;
        return isFirst;
    }

    /// <summary>Unparks the groups that are to ask.</summary>
    public void Take(List<ReadyGroup> woken)
    {
        _isAny = false;
        foreach (PoolShare share in _news)
        {
            if (share.AsksAll)
            {
                lines.UnparkAll(share, wokenBy: share, woken);
                share.AsksAll = false;
            }

            long left = share.Promise;
            while (share.Groups.FirstServable(left) is { Blocks: false } place)
            {
                left -= place.Need;
                lines.Unpark(place.Who, wokenBy: share);
                woken.Add(place.Who);
            }
        }

        _taken.AddRange(_news);
        _news.Clear();
    }

    /// <summary>The run has asked for all that it was notified of: what was kept for it is there for others.</summary>
    public void Answer(ref NotifiedRuns notified)
    {
        foreach (PoolShare share in _taken)
        {
            shares.EndPromise(share);
            shares.Update(share);
        }

        foreach (PoolShare share in _taken)
        {
            if (share is { AsksAll: true, Waiting: > 0 })
            {
                // It was notified after it had looked.
                room.Notify(share, ref notified);
            }

            share.AsksAll &= share.HasNews;
            room.Serve(share.Pool, ref notified);
            shares.Forget(share);
        }

        _taken.Clear();
    }

    public void Clear()
    {
        _isAny = false;
        _news.Clear();
        _taken.Clear();
    }
}
