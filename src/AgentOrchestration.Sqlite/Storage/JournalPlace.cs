namespace AgentOrchestration.Sqlite.Storage;

/// <summary>
/// Where an append stands: the run and the sequence of its first event as one number, so that a journal lies together in the table, in order,
/// with no index of its own.
/// </summary>
internal static class JournalPlace
{
    public const int SequenceBits = 32;

    public const long LastSequence = (1L << SequenceBits) - 1;

    public static long Of(long run, long sequence) => run is >= 0 and <= int.MaxValue && sequence is >= 0 and <= LastSequence
        ? (run << SequenceBits) | sequence
        : throw new InvalidOperationException($"The file is full: it holds {int.MaxValue:N0} runs of {LastSequence:N0} events each. Delete runs, or begin another file.");
}
