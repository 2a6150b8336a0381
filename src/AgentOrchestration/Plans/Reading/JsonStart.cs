namespace AgentOrchestration.Plans.Reading;

/// <summary>A bracket in an answer and what follows it, as long as it is open whether it begins JSON or is prose.</summary>
/// <param name="isStrict">Only an object begins there, written as it is.</param>
internal sealed class JsonStart(bool isStrict)
{
    /// <summary>What is looked at behind a bracket before it is prose.</summary>
    private const int Longest = 256;

    private readonly List<byte> _bytes = new(Longest);

    /// <summary>Gets a value that indicates whether there is a bracket that is not decided.</summary>
    public bool IsOpen => _bytes.Count > 0;

    public void Open(byte bracket) => _bytes.Add(bracket);

    /// <summary>Takes the next byte.</summary>
    /// <returns>Whether JSON begins at the bracket; <see langword="null"/> as long as it is open.</returns>
    public bool? Take(byte next, out AnswerEncoding encoding)
    {
        // How much white space there is decides nothing.
        if (!(SurroundingText.IsWhiteSpace(next) && SurroundingText.IsWhiteSpace(_bytes[^1]) && next != (byte)'\n'))
        {
            _bytes.Add(next);
        }

        encoding = AnswerEncoding.None;
        if (SurroundingText.IsWhiteSpace(next) && next != (byte)'\n')
        {
            return null;
        }

        byte[] start = [.. _bytes];
        bool? begins = isStrict ? BeginsStrictly(start) : PlanStart.Of(start, out encoding);
        return begins is null && start.Length < Longest ? null : begins == true;
    }

    /// <summary>Ends with the decision.</summary>
    /// <returns>The bracket and what follows it.</returns>
    public byte[] Close()
    {
        byte[] start = [.. _bytes];
        _bytes.Clear();
        return start;
    }

    /// <summary>A brace with a name or another brace after it.</summary>
    private static bool? BeginsStrictly(ReadOnlySpan<byte> start)
    {
        ReadOnlySpan<byte> after = start[1..].TrimStart(" \t\r\n"u8);
        return after.IsEmpty ? null : after[0] is (byte)'"' or (byte)'}';
    }
}
