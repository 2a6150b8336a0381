using System.Text.RegularExpressions;

namespace MarketReport.Models;

/// <summary>Writes a section by rule: of each sentence the first wording whose facts the prompt has.</summary>
internal static partial class OfflineWriter
{
    public static string Write(WritingRequest request)
    {
        HashSet<string> facts = [.. request.Facts.Select(fact => fact.Id)];
        IEnumerable<string> paragraphs = OfflineSentences.Of(request.Section)
            .Select(paragraph => string.Join(' ', paragraph.Select(wordings => wordings.FirstOrDefault(wording => CanState(wording, facts))).OfType<string>()))
            .Where(paragraph => paragraph.Length > 0);
        string text = string.Join("\n\n", paragraphs);
        return text.Length > 0 ? text : "The data allow no statement in this section.";
    }

    private static bool CanState(string wording, HashSet<string> facts) =>
        Placeholder().Matches(wording).All(placeholder => facts.Contains(placeholder.Groups["id"].Value));

    [GeneratedRegex(@"\{\{(?<id>\w+)\}\}")]
    private static partial Regex Placeholder();
}
