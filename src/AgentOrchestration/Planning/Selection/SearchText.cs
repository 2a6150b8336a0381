using System.Globalization;
using System.Text;

namespace AgentOrchestration.Planning.Selection;

/// <summary>Text as it is compared: words in lower case, and parts of words. Knows no language: no word is left out or reduced to a stem.</summary>
internal static class SearchText
{
    private const int LongestWord = 64;
    private const int PartLength = 3;
    private const int MostSections = 64;

    /// <summary>Gets the words of a text. A name such as <c>send_mail</c> or <c>sendMail</c> has two. Scripts without spaces give pairs of characters.</summary>
    public static List<string> WordsOf(ReadOnlySpan<char> text)
    {
        List<string> words = [];
        var word = new StringBuilder();
        List<Rune> run = [];
        bool wasLower = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isUnspaced = IsUnspaced(rune);
            bool isOfWord = !isUnspaced && IsOfWord(rune);
            if (!isOfWord || (wasLower && Rune.IsUpper(rune)))
            {
                EndWord(word, words);
            }

            if (!isUnspaced)
            {
                EndRun(run, words);
            }

            if (isUnspaced && Rune.IsLetterOrDigit(rune))
            {
                run.Add(rune);
            }
            else if (isOfWord && word.Length < LongestWord)
            {
                word.Append(Rune.ToLowerInvariant(rune));
            }

            wasLower = Rune.IsLower(rune);
        }

        EndWord(word, words);
        EndRun(run, words);
        return words;
    }

    /// <summary>Gets the parts of words: three characters each, with the edges of the word, so that forms of one word have most in common.</summary>
    public static IEnumerable<string> PartsOf(IEnumerable<string> words)
    {
        foreach (string word in words)
        {
            string edged = $" {word} ";
            for (int i = 0; i <= edged.Length - PartLength; i++)
            {
                yield return edged.Substring(i, PartLength);
            }
        }
    }

    /// <summary>Gets the sections of a text, from one punctuation mark or line break to the next: each is likely to be about one thing.</summary>
    public static List<string> SectionsOf(string text)
    {
        List<string> sections = [];
        int start = 0;
        for (int i = 0; i <= text.Length && sections.Count < MostSections; i++)
        {
            if (i == text.Length || text[i] is '\n' || (char.IsPunctuation(text[i]) && text[i] is not ('_' or '-' or '\'' or '’' or '"' or '/' or '@' or '#' or '%' or '&' or '*') && !IsWithinNumber(text, i)))
            {
                if (!string.IsNullOrWhiteSpace(text[start..i]))
                {
                    sections.Add(text[start..i]);
                }

                start = i + 1;
            }
        }

        return sections;
    }

    private static void EndWord(StringBuilder word, List<string> words)
    {
        if (word.Length > 0)
        {
            words.Add(word.ToString());
            word.Clear();
        }
    }

    private static void EndRun(List<Rune> run, List<string> words)
    {
        if (run.Count == 1)
        {
            words.Add($"{run[0]}");
        }

        for (int i = 1; i < run.Count; i++)
        {
            words.Add($"{run[i - 1]}{run[i]}");
        }

        run.Clear();
    }

    private static bool IsWithinNumber(string text, int i) => i > 0 && i + 1 < text.Length && char.IsAsciiLetterOrDigit(text[i - 1]) && char.IsAsciiLetterOrDigit(text[i + 1]);

    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>Chinese, Japanese, Thai, Lao, Khmer and Burmese are written without spaces between words.</summary>
    private static bool IsUnspaced(Rune rune) => rune.Value is (>= 0x2E80 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF)
        or (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF);
}
