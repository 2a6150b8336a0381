namespace AgentOrchestration.Runs.Events;

/// <summary>
/// Something that passes: a report of progress, a piece of text. Not part of the run's history: kept for a while only, so a reader
/// that is slow or comes late may miss some, and is told how many. Its sequence number is that of the fact before it.
/// </summary>
public abstract record SubtaskTick : SubtaskEvent
{
    private protected SubtaskTick()
    {
    }
}
