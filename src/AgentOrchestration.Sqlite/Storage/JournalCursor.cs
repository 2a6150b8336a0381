namespace AgentOrchestration.Sqlite.Storage;

/// <summary>How far a journal has been read and checked: a few appends first, for a reader that wants no more, then more at a time.</summary>
/// <param name="run">The run as it was when reading began.</param>
/// <param name="sequence">The number of events before the next append.</param>
/// <param name="head">The head of the hash chain there.</param>
internal sealed class JournalCursor(RunRow run, long sequence, byte[] head)
{
    /// <summary>About how many bytes of events are read at once.</summary>
    public const int PageBytes = 512 * 1024;

    private const int FirstPage = 16;
    private const int LargestPage = 2048;

    public RunRow Run { get; } = run;

    public long Sequence { get; private set; } = sequence;

    public byte[] Head { get; private set; } = head;

    /// <summary>Gets about how many events are read at once.</summary>
    public int PageLength { get; private set; } = FirstPage;

    public void Advance(int count, byte[] head)
    {
        Sequence += count;
        Head = head;
    }

    public void WantMore() => PageLength = Math.Min(PageLength * 2, LargestPage);
}
