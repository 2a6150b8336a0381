namespace AgentOrchestration.Runs.Storage;

/// <summary>Events to append to the journal of a run, and what belongs to them.</summary>
public sealed record JournalAppend
{
    private const byte LineBreak = (byte)'\n';

    /// <summary>Gets the lease of the process that appends.</summary>
    /// <value>Checked by the store; an outdated lease is refused.</value>
    public required RunLease Lease { get; init; }

    /// <summary>Gets the position of the first of the events in the journal.</summary>
    /// <value>The number of events before it.</value>
    public required long Sequence { get; init; }

    /// <summary>Gets the events.</summary>
    /// <value>At least one, unless there are <see cref="Answers"/>; each is one line of JSON in UTF-8, without a line break.</value>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Events { get; init; }

    /// <summary>
    /// Gets results that are too large for the journal. A blob whose name exists already has the same content and is not written again.
    /// </summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyList<JournalBlob> Blobs { get; init; } = [];

    /// <summary>Gets how far the run has come with these events.</summary>
    /// <value>The default value is <see langword="null"/>: as far as before.</value>
    public RunProgress? Progress { get; init; }

    /// <summary>Gets the outcome of the run, when one of the events ends it.</summary>
    /// <value>The default value is <see langword="null"/>: the run continues.</value>
    public RunOutcome? Outcome { get; init; }

    /// <summary>
    /// Gets the answers to commands of the store's inbox, whose events are among these. They are kept if the events are. An answer to a command that is not
    /// there changes nothing, and of two answers to a command the first one stays.
    /// </summary>
    /// <value>The default value is empty. A store without <see cref="IRunStore.Inbox"/> is given none.</value>
    public IReadOnlyList<CommandAnswer> Answers { get; init; } = [];

    /// <summary>Gets task types that the run needs from now on, because it has added subtasks, as <see cref="NewRun.TaskTypes"/> names them.</summary>
    /// <value>The default value is empty: those that it needed before.</value>
    public IReadOnlyCollection<string> TaskTypes { get; init; } = [];

    /// <summary>Refuses what no store takes. Every <see cref="IRunStore"/> asks it before anything else.</summary>
    /// <exception cref="ArgumentException">There are no events and no answers, one is empty or holds a line break, or <see cref="RunIds"/> refuses the run's id.</exception>
    public void ThrowIfInvalid()
    {
        RunIds.ThrowIfInvalid(Lease.RunId);
        if (Events.Count + Answers.Count == 0)
        {
            throw new ArgumentException($"There are no {nameof(Events)} and no {nameof(Answers)} to append.");
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
