using System.Text.RegularExpressions;

namespace MarketReport.Writing;

/// <summary>Splits a paragraph into sentences. In doubt two stay one: leaving out too much is safer than leaving half a claim.</summary>
internal static partial class Sentences
{
    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "e.g", "i.e", "approx", "vs", "mr", "mrs", "ms", "dr", "prof", "no", "nr", "st", "inc", "ltd", "co", "corp", "cf", "etc", "fig", "ca", "al", "u.s", "u.k", "e.u",
    };

    public static List<string> Split(string paragraph)
    {
        var sentences = new List<string>();
        var start = 0;
        foreach (Match end in Ends().Matches(paragraph))
        {
            if (IsAbbreviation(paragraph[start..end.Index]) && end.Value[0] == '.')
            {
                continue;
            }

            sentences.Add(paragraph[start..(end.Index + end.Length)].Trim());
            start = end.Index + end.Length;
        }

        sentences.Add(paragraph[start..].Trim());
        sentences.RemoveAll(static sentence => sentence.Length == 0);
        return sentences;
    }

    private static bool IsAbbreviation(string beforeStop)
    {
        var word = beforeStop[(beforeStop.LastIndexOfAny([' ', '(']) + 1)..];
        return Abbreviations.Contains(word) || (word.Length == 1 && char.IsUpper(word[0]));
    }

    [GeneratedRegex(@"[.!?…]+[""'”’)\]*_]*\s+(?=[""'“‘(\[*_]*(?:\p{Lu}|\p{N}|\{\{|\p{Lo}))")]
    private static partial Regex Ends();
}
