namespace AgentOrchestration.Runs.Storage;

/// <summary>Events to append to the journal of a run, and what belongs to them.</summary>
public sealed record JournalAppend
{
    private const byte LineBreak = (byte)'\n';

    /// <summary>The lease of whoever appends.</summary>
    public required RunLease Lease { get; init; }

    /// <summary>The place of the first of these events in the journal: how many there are before it.</summary>
    public required long Sequence { get; init; }

    /// <summary>The events, at least one; each one line of JSON in UTF-8, without a line break.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Events { get; init; }

    /// <summary>Results that are too large for the journal. One whose name is there already is the same and is not written again. Default: none.</summary>
    public IReadOnlyList<JournalBlob> Blobs { get; init; } = [];

    /// <summary>Gets how far the run has come with these events.</summary>
    /// <value>The default value is <see langword="null"/>: as far as before.</value>
    public RunProgress? Progress { get; init; }

    /// <summary>How the run has ended, when one of the events says so. Default: it goes on.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Refuses what no store takes. Every <see cref="IRunStore"/> asks it before anything else.</summary>
    /// <exception cref="ArgumentException">There are no events, one is empty or holds a line break, or <see cref="RunIds"/> refuses the run's id.</exception>
    public void ThrowIfInvalid()
    {
        RunIds.ThrowIfInvalid(Lease.RunId);
        if (Events.Count == 0)
        {
            throw new ArgumentException($"There are no {nameof(Events)} to append.");
        }

        for (int i = 0; i < Events.Count; i++)
        {
            if (Events[i].Span is var content && (content.IsEmpty || content.Contains(LineBreak)))
            {
                throw new ArgumentException($"Event {i} is empty or holds a line break; an event is one line of JSON.");
            }
        }
    }
}
