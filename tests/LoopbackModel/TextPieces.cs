namespace LoopbackModel;

internal static class TextPieces
{
    public static IEnumerable<string> Split(string text, int length)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = Math.Min(start + length, text.Length);

            // Half a surrogate pair cannot be written as UTF-8.
            if (end < text.Length && char.IsHighSurrogate(text[end - 1]))
            {
                end++;
            }

            yield return text[start..end];
            start = end;
        }
    }
}
