using System.Text.RegularExpressions;

namespace MarketReport.Reading;

/// <summary>Names that in themselves say "a total over others".</summary>
internal static partial class AggregateNames
{
    public static bool Matches(string entity) => !Remainder().IsMatch(entity) && (Total().IsMatch(entity) || Region().IsMatch(entity));

    [GeneratedRegex(@"\b(?:rest|other|others|remaining|excluding|except)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Remainder();

    [GeneratedRegex(@"\b(?:total|totals|overall|worldwide|aggregate|sum)\b|^all\b", RegexOptions.IgnoreCase)]
    private static partial Regex Total();

    [GeneratedRegex(
        @"^(?:the )?(?:world|global|europe|european union|eu[- ]?\d*|eea|efta|asia|asia[- ]pacific|africa|oceania|americas?|(?:north|south|latin|central) america|oecd|g7|g20|brics)\b(?: \(.*\))?$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Region();
}
