namespace AgentOrchestration.Runs.Events;

/// <summary>
/// Something that passes: a report of progress, a piece of text. Not part of the run's history: kept for a while only, so a reader
/// that is slow or comes late may miss some, and receives their number. Its sequence number is that of the fact before it.
/// </summary>
public abstract record SubtaskTick : SubtaskEvent
{
    private protected SubtaskTick()
    {
    }

    /// <summary>
    /// Gets the number of the attempt that it comes from. Each attempt begins anew: its text does not continue that of another, also when they ran beside each other
    /// (<see cref="ExtraWork.HedgeShare"/>).
    /// </summary>
    /// <value>At least 1. The default value is 0: it is not known.</value>
    public int Attempt { get; init; }
}
