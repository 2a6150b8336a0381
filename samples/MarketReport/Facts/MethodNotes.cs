using MarketReport.Reading;

namespace MarketReport.Facts;

/// <summary>What "correct" means in a report: how the figures were made, and what was left out of them.</summary>
internal static class MethodNotes
{
    private const int ListedLines = 10;

    public static IReadOnlyList<string> For(MarketData data, string topic)
    {
        var market = new Market(data);
        var competition = Competition.Of(market);
        var focus = Focus.Of(market, competition, topic);
        return
        [
            SizeNote(market),
            FocusNote(market, competition, focus, topic),
            LastYearNote(market),
            GrowthNote(market, competition, focus.Competitor),
            .. CoverageNotes(market, focus.Competitor),
            LeftOutNote(market),
            .. DoubtNotes(market),
            MissingNote(market),
            RejectedNote(data),
            .. data.Notes,
        ];
    }

    /// <summary>The lines that were left out, with their reasons.</summary>
    public static string RejectedNote(MarketData data) => data.RejectedLines.Count == 0
        ? "No line was rejected."
        : $"{FigureText.Count(data.RejectedLines.Count, "line was", "lines were")} rejected and left out: "
            + string.Join("; ", data.RejectedLines.Take(ListedLines).Select(static line => $"line {line.Line}: {line.Reason}"))
            + (data.RejectedLines.Count > ListedLines ? $"; and {FigureText.Whole(data.RejectedLines.Count - ListedLines)} more" : "") + ".";

    private static string SizeNote(Market market)
    {
        var sums = market.Others.Where(measure => market.Data.Measures[measure].Adds).Select(measure => Quoted(market.Data.Measures[measure])).ToList();
        return market.SizeMeasure.Adds
            ? $"The size of the market is {Quoted(market.SizeMeasure)}. Sizes are summed{(sums.Count == 0 ? "" : $", and so {(sums.Count == 1 ? "is" : "are")} {string.Join(", ", sums)}")}; shares and other measures are averaged weighted by size, never summed."
            : $"{Quoted(market.SizeMeasure)} is a rate and does not add up: it is averaged, each entity counting the same, and never summed.";
    }

    private static string FocusNote(Market market, Competition competition, Focus focus, string topic)
    {
        var kind = focus.Competitor.Entity is null
            ? "The competitors are the columns of shares."
            : $"The file has no shares of competitors, so the competitors are the entities of the column '{market.Data.EntityColumn}'; "
                + (market.SizeMeasure.Adds ? "the share of each is its part of the total." : "none has a share, for there is no total.");
        var largest = competition.Competitors.Any(static competitor => AggregateNames.IsRemainder(competitor.Label)) ? "the largest that is no remainder" : "the largest";
        return kind + (focus.NamedByTopic
            ? $" The topic \"{topic}\" names {focus.Competitor.Label}."
            : $" No competitor has a word in common with the topic \"{topic}\"; the report is about {largest}, {focus.Competitor.Label}.");
    }

    private static string LastYearNote(Market market)
    {
        var later = market.Data.Rows.Max(static row => row.Year);
        var with = MarketOverview.Ranked(market, market.LastYear).Count;
        var note = market.Entities.Count == 1
            ? $"The last year is {market.LastYear}."
            : market.LastYearHasHalf
            ? $"The common last year is {market.LastYear}, the latest with at least half of the entities ({with} of {market.Entities.Count}, left-out ones not counted)."
            : $"No year has half of the {market.Entities.Count} entities; the common last year is {market.LastYear}, which has the most ({with}).";
        return note + (market.Entities.Count == 1 ? "" : " An entity's own last year may be another, and is then named.")
            + (later > market.LastYear ? $" The data go on to {later}, with too few entities to count." : "");
    }

    private static string GrowthNote(Market market, Competition competition, Competitor focus)
    {
        if (competition.AmountChange(focus) is not { } change)
        {
            return $"No growth is given: no earlier year within {Market.TrendYears} years before {market.LastYear} has the same entities with the figures it needs.";
        }

        var years = change.To - change.From;
        return (years == Market.TrendYears
                ? $"Growth covers the {Market.TrendYears} years from {change.From} to {change.To}"
                : $"Growth covers {years} {(years == 1 ? "year" : "years")}, from {change.From} to {change.To}; the data allow no {Market.TrendYears}")
            + (market.Entities.Count == 1 ? "." : $". It compares only entities that have the figures at both ends: {change.Entities} of {market.Entities.Count}.")
            + (focus.Entity is null ? $" The {market.SizeMeasure.Label} of {focus.Label} are the sum of size × share / 100." : "")
            + " Growth from nothing is called so, and growth of more than a factor of eleven is given as a factor; where the base is small, it says little.";
    }

    private static IEnumerable<string> CoverageNotes(Market market, Competitor focus)
    {
        var averaged = market.Others.Where(measure => !market.Data.Measures[measure].Adds).ToList();
        var measures = focus.Entity is null ? market.Shares.Concat(averaged) : averaged;
        var coverage = measures
            .Select(measure => (market.Data.Measures[measure].Label, Average: market.WeightedAverage(measure, market.LastYear)))
            .Where(static entry => entry.Average is null || entry.Average.Entities < entry.Average.Of)
            .Select(static entry => entry.Average is { } average
                ? $"{entry.Label} {average.Entities} of {FigureText.Entities(average.Of)}, {FigureText.Format(average.CoveredSize * 100, "0.0")} % of the size"
                : $"{entry.Label} no entity")
            .ToList();
        var all = measures.Any() && coverage.Count == 0;
        if (all)
        {
            yield return $"The averages of {market.LastYear} rest on {(market.Entities.Count == 1 ? "the only entity" : "every entity with a known size in that year")}.";
        }
        else if (coverage.Count > 0)
        {
            yield return $"Averages of {market.LastYear} that do not rest on every entity: {string.Join("; ", coverage)}.";
        }
    }

    private static string LeftOutNote(Market market)
    {
        const string Sizes = "An entity is taken for a total over others if in every year it shares with them its size is at least half of their sum; "
            + "among fewer than ten others, where a single market may be that large, only if its name is that of a total too, or its size is their sum.";
        var rule = market.SizeMeasure.Adds ? Sizes : "As the size does not add up, an entity is taken for a total over others by its name alone.";
        var leftOut = market.Data.LeftOut.Count == 0
            ? "No entity was left out of sums and ranks."
            : $"Left out of sums and ranks: {string.Join("; ", market.Data.LeftOut.Select(static entity => $"{entity.Entity} ({entity.Explanation})"))}. Nothing else was left out.";
        return $"{leftOut} {rule} --exclude leaves out another, --include counts one that would be left out.";
    }

    private static IEnumerable<string> DoubtNotes(Market market) => market.Data.Doubtful.Select(static entity =>
        $"{entity.Entity} may be a total over others, but was counted: {entity.Explanation}.");

    private static string MissingNote(Market market)
    {
        var missing = market.Data.Measures.Where(static measure => measure.MissingCount > 0).ToList();
        var rows = $"{FigureText.Count(market.Data.AcceptedLineCount, "row was", "rows were")} read";
        return missing.Count == 0
            ? $"{rows}; no value is missing."
            : $"{rows}; {FigureText.Count(missing.Sum(static measure => measure.MissingCount), "value is", "values are")} missing "
                + $"({string.Join(", ", missing.Select(static measure => $"{measure.Name} {FigureText.Whole(measure.MissingCount)}"))}). A missing value is unknown, never zero.";
    }

    private static string Quoted(Measure measure) => $"'{measure.Name}'";
}
