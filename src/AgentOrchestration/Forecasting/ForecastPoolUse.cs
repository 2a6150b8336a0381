namespace AgentOrchestration.Forecasting;

/// <summary>How much of one pool is in use as time passes, and for how long anything waited for it. Looked at only when something happens to it.</summary>
/// <param name="capacity">All there is.</param>
/// <param name="inUse">What is in use, or used up, at the start.</param>
/// <param name="perTick">How much of what is used up grows again in a tick; 0 when nothing does.</param>
internal sealed class ForecastPoolUse(long capacity, double inUse, double perTick)
{
    /// <summary>The need vectors that wait, by how much they need of this pool.</summary>
    private SortedSet<(long Amount, int Vector)>? _waiting;

    private long _time;

    public double InUse { get; private set; } = inUse;

    public double Peak { get; private set; } = inUse;

    /// <summary>Gets what is in use, times how long.</summary>
    public double Area { get; private set; }

    public long Waited { get; private set; }

    /// <summary>Begins at a time: what was before does not count.</summary>
    public void Begin(long time) => _time = time;

    /// <summary>Goes on to a time at which something happens to the pool, or everything ends.</summary>
    public void GoTo(long time)
    {
        long lasts = time - _time;
        if (lasts == 0)
        {
            return;
        }

        Waited += WaitedIn(lasts);
        double grown = Math.Min(InUse, perTick * lasts);
        double growing = grown > 0 ? grown / perTick : 0;
        Area += ((InUse - grown) * lasts) + (grown * growing / 2);
        InUse -= grown;
        _time = time;
    }

    public void Take(double amount)
    {
        InUse += amount;
        Peak = Math.Max(Peak, InUse);
    }

    public void Wait(int vector, long amount) => (_waiting ??= []).Add((amount, vector));

    public void EndWait(int vector, long amount) => _waiting?.Remove((amount, vector));

    /// <summary>For how long of the coming time less is free than somebody waits for.</summary>
    private long WaitedIn(long lasts)
    {
        double lacking = _waiting is { Count: > 0 } ? _waiting.Max.Amount - (capacity - InUse) : 0;
        return lacking <= 0 ? 0
            : perTick > 0 ? (long)Math.Min(lasts, Math.Ceiling(lacking / perTick))
            : lasts;
    }
}
