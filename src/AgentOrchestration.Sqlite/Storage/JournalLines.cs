namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The events of one append as lines of text, so that a journal can be read with any SQLite tool.</summary>
internal static class JournalLines
{
    private const byte LineBreak = (byte)'\n';

    public static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> events)
    {
        byte[] lines = new byte[events.Sum(content => content.Length + 1) - 1];
        int at = 0;
        for (int i = 0; i < events.Count; i++)
        {
            ReadOnlySpan<byte> content = events[i].Span;
            content.CopyTo(lines.AsSpan(at));
            at += content.Length;
            if (i < events.Count - 1)
            {
                lines[at++] = LineBreak;
            }
        }

        return lines;
    }

    public static int Split(ReadOnlyMemory<byte> lines, List<ReadOnlyMemory<byte>> events)
    {
        int count = 0;
        for (int end; ; lines = lines[(end + 1)..])
        {
            count++;
            end = lines.Span.IndexOf(LineBreak);
            if (end < 0)
            {
                events.Add(lines);
                return count;
            }

            events.Add(lines[..end]);
        }
    }
}
