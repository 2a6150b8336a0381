using MarketReport.Charts;
using MarketReport.Facts;
using MarketReport.Reading;
using MarketReport.Writing;

namespace MarketReport.Publishing;

/// <summary>Puts analyses, charts and prose together.</summary>
internal static class ReportComposer
{
    private static readonly string[] HighlightIds = ["total_size_last", "average_size_last", "size_growth", "focus_share_last", "focus_growth"];

    private static readonly Dictionary<string, string[]> ChartsOfSections = new(StringComparer.Ordinal)
    {
        [MarketOverview.Id] = ["size_by_entity"],
        [CompetitorAnalysis.Id] = ["competitor_shares", "focus_by_entity"],
        [TrendsAnalysis.Id] = ["focus_over_time"],
        [Recommendations.Id] = ["growth_by_entity"],
    };

    /// <param name="data">The data the report is about.</param>
    /// <param name="topic">What the report is about; its title.</param>
    /// <param name="sheets">The analyses, in the order of the sections.</param>
    /// <param name="charts">The charts.</param>
    /// <param name="prose">The prose of each section by its id; a section may have none.</param>
    /// <param name="generatedBy">Who wrote the prose.</param>
    /// <param name="dataSource">Where the data come from; the file's name if null.</param>
    public static ReportDocument Compose(
        MarketData data,
        string topic,
        IReadOnlyList<FactSheet> sheets,
        IReadOnlyList<Chart> charts,
        IReadOnlyDictionary<string, FilledProse> prose,
        string generatedBy,
        string? dataSource = null)
    {
        var facts = sheets.SelectMany(static sheet => sheet.Facts).DistinctBy(static fact => fact.Id).ToList();
        var years = (First: data.Rows.Min(static row => row.Year), Last: data.Rows.Max(static row => row.Year));
        var entities = data.Rows.Select(static row => row.Entity).Distinct(StringComparer.Ordinal).Count();
        var period = years.First == years.Last ? $"{years.First}" : $"{years.First} to {years.Last}";
        return new ReportDocument
        {
            Title = topic,
            Subtitle = $"Market report: {data.Measures.First(static measure => measure.Role == MeasureRole.Size).Label} by {data.EntityLabel}, {period}",
            GeneratedBy = generatedBy,
            Highlights = HighlightIds.Select(id => facts.Find(fact => fact.Id == id && fact.Value.HasValue)).OfType<Fact>().ToList(),
            Sections = sheets.Select(sheet => Section(sheet, charts, prose.GetValueOrDefault(sheet.Id))).ToList(),
            Charts = charts,
            MethodNotes = MethodNotes.For(data, topic),
            DataSource = (dataSource is null ? $"Data: {data.FileName}" : $"Data: {data.FileName}. {dataSource.TrimEnd('.')}")
                + $". {FigureText.Count(data.AcceptedLineCount, "row", "rows")}, {FigureText.Entities(entities)}, {period}.",
        };
    }

    private static ReportSection Section(FactSheet sheet, IReadOnlyList<Chart> charts, FilledProse? prose) => new(
        sheet.Id,
        sheet.Title,
        prose?.Paragraphs ?? [],
        sheet.Tables,
        ChartsOfSections.GetValueOrDefault(sheet.Id, []).Where(id => charts.Any(chart => chart.Id == id)).ToList(),
        prose?.LeftOut ?? []);
}
