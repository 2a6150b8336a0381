using System.Text.RegularExpressions;
using MarketReport.Reading;

namespace MarketReport.Facts;

/// <summary>The competitor a report is about, and whether the topic names it or it is merely the largest that is no remainder.</summary>
internal sealed partial record Focus(Competitor Competitor, bool NamedByTopic)
{
    private static readonly HashSet<string> WordsWithoutMeaning = new(StringComparer.Ordinal)
    {
        "a", "an", "and", "at", "by", "for", "from", "in", "into", "of", "on", "or", "the", "to", "with", "market", "share", "shares",
    };

    /// <summary>The competitor with most words in common with the topic; of several, the one of whose name they are the larger part, then the largest.</summary>
    public static Focus Of(Market market, Competition competition, string topic)
    {
        var words = TopicWords(topic);
        var best = competition.Competitors
            .Select(competitor => (competitor, Words: WordsOf(competitor.Label)))
            .Select(entry => (entry.competitor, entry.Words.Count, Common: entry.Words.Count(words.Contains)))
            .Where(static entry => entry.Common > 0)
            .OrderByDescending(static entry => entry.Common)
            .ThenBy(static entry => entry.Count)
            .ThenByDescending(entry => competition.Amount(entry.competitor, market.LastYear) ?? double.MinValue)
            .Select(static entry => entry.competitor)
            .FirstOrDefault();
        return best is not null
            ? new Focus(best, true)
            : new Focus(
                competition.Competitors
                    .OrderBy(static competitor => AggregateNames.IsRemainder(competitor.Label))
                    .ThenByDescending(competitor => competition.Amount(competitor, market.LastYear) ?? double.MinValue)
                    .First(),
                false);
    }

    /// <summary>The words of the topic, and each two neighbours as one: "plug-in" is "plugin" too.</summary>
    private static HashSet<string> TopicWords(string topic)
    {
        var all = Letters().Matches(topic).Select(static match => match.Value).ToList();
        return all.Concat(all.Zip(all.Skip(1), string.Concat)).SelectMany(WordsOf).ToHashSet(StringComparer.Ordinal);
    }

    private static List<string> WordsOf(string text) =>
        Letters().Matches(text)
            .Select(static match => Singular(match.Value.ToUpperInvariant()))
            .Where(static word => !WordsWithoutMeaning.Contains(word.ToLowerInvariant()))
            .Distinct(StringComparer.Ordinal)
            .ToList();

    private static string Singular(string word) => word.Length > 3 && word.EndsWith('S') && !word.EndsWith("SS", StringComparison.Ordinal) && !word.EndsWith("AS", StringComparison.Ordinal) ? word[..^1] : word;

    [GeneratedRegex(@"[\p{L}\p{Nd}]+")]
    private static partial Regex Letters();
}
