namespace AgentOrchestration.Postgres.Storage;

/// <summary>The events of one append as lines of text, so that a journal can be read with any tool.</summary>
internal static class EventLines
{
    private const byte LineBreak = (byte)'\n';

    public static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> events)
    {
        if (events.Count == 0)
        {
            return [];
        }

        byte[] lines = new byte[events.Sum(content => content.Length + 1) - 1];
        Span<byte> rest = lines;
        for (int i = 0; i < events.Count; i++)
        {
            if (i > 0)
            {
                rest[0] = LineBreak;
                rest = rest[1..];
            }

            events[i].Span.CopyTo(rest);
            rest = rest[events[i].Length..];
        }

        return lines;
    }

    /// <returns>The number of events.</returns>
    public static int Split(ReadOnlyMemory<byte> lines, List<ReadOnlyMemory<byte>> events)
    {
        int before = events.Count;
        foreach (Range line in lines.Span.Split(LineBreak))
        {
            events.Add(lines[line]);
        }

        return events.Count - before;
    }
}
