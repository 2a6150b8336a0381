using System.Text;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>
/// Texts as the tables hold them. PostgreSQL cannot store U+0000: it is written as U+0001 U+0001, and U+0001 as U+0001 U+0002. No two texts become
/// the same, and their order by code points stays.
/// </summary>
internal static class StoredText
{
    private const char Mark = '\u0001';
    private const string Zero = "\u0001\u0001";
    private const string One = "\u0001\u0002";

    public static string Write(string text) => text.AsSpan().ContainsAny('\0', Mark)
        ? text.Replace($"{Mark}", One, StringComparison.Ordinal).Replace("\0", Zero, StringComparison.Ordinal)
        : text;

    /// <summary>Writes a text that may hold half a character, which is replaced.</summary>
    public static string WriteAny(string text) => Write(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));

    public static string Read(string text)
    {
        if (!text.Contains(Mark, StringComparison.Ordinal))
        {
            return text;
        }

        var read = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != Mark)
            {
                read.Append(text[i]);
                continue;
            }

            i++;
            read.Append(i < text.Length && text[i] is '\u0001' or '\u0002' ? (char)(text[i] - 1) : throw new FormatException("A stored text is not what was written."));
        }

        return read.ToString();
    }
}
