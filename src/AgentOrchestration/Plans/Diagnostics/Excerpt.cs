namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>Text that somebody else wrote, as a message quotes it: not long, on one line, and as <see cref="ShownText"/> shows it.</summary>
internal static class Excerpt
{
    private const int MaxLength = 100;

    public static string Of(string text) => Of(text, MaxLength);

    /// <summary>Never cuts a surrogate pair: half of one cannot be sent to a model.</summary>
    public static string Of(string text, int maxLength)
    {
        if (text.Length <= maxLength)
        {
            return ShownText.Line(text);
        }

        int length = char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength;
        return ShownText.Line($"{text.AsSpan(0, length)}…");
    }
}
