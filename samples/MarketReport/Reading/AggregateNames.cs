using System.Text.RegularExpressions;

namespace MarketReport.Reading;

/// <summary>Names that in themselves say "a total over others".</summary>
internal sealed partial class AggregateNames
{
    private readonly Dictionary<string, AggregateName> _names;

    /// <param name="entities">All entities of a file, each once.</param>
    public AggregateNames(IReadOnlyCollection<string> entities)
    {
        var regions = entities.Count(static entity => Region().IsMatch(entity));
        var others = entities.Count(static entity => !Region().IsMatch(entity) && !IsTotal(entity));
        var regionsAreMarkets = (regions > 1 && regions >= others) || entities.Any(IsRemainder);
        _names = entities.ToDictionary(
            static entity => entity,
            entity => IsTotal(entity) ? AggregateName.Total
                : !Region().IsMatch(entity) || IsRemainder(entity) ? AggregateName.None
                : regionsAreMarkets ? AggregateName.RegionAmongRegions
                : AggregateName.Region,
            StringComparer.Ordinal);
    }

    public AggregateName Of(string entity) => _names[entity];

    public bool IsTotalOrRegion(string entity) => _names[entity] is AggregateName.Total or AggregateName.Region;

    /// <summary>What is left when all that has a name is counted, such as "other".</summary>
    public static bool IsRemainder(string entity) => Remainder().IsMatch(entity);

    public static bool IsTotal(string entity) => Total().IsMatch(entity) && !IsRemainder(entity);

    [GeneratedRegex(@"\b(?:rest|other|others|remaining|excluding|except|excl)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Remainder();

    [GeneratedRegex(
        @"\b(?:total|totals|subtotal|overall|worldwide|aggregate|sum|summe|gesamt|insgesamt)\b|^all\b|^(?:the )?(?:world|global|welt|monde|(?:whole |entire )?(?:market|industry|sector))$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Total();

    [GeneratedRegex(
        @"^(?:the )?(?:europe|european union|eu[- ]?\d*|eea|efta|asia|asia[- ]pacific|africa|oceania|americas?|(?:north|south|latin|central) america|middle east|oecd|g7|g20|brics|(?:high|low|middle|(?:upper|lower)[- ]middle)[- ]income(?: countries)?)\b(?: \(.*\))?$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Region();
}
