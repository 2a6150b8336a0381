using MarketReport.Charts;
using MarketReport.Facts;
using MarketReport.Publishing;
using MarketReport.Reading;
using MarketReport.Tests.Reading;
using MarketReport.Writing;

namespace MarketReport.Tests.Facts;

/// <summary>Everything the program makes of a CSV.</summary>
internal sealed class Reported
{
    public Reported(MarketData data, string topic)
    {
        Data = data;
        Sheets = [MarketOverview.Compute(data), CompetitorAnalysis.Compute(data, topic), TrendsAnalysis.Compute(data, topic), Recommendations.Compute(data, topic)];
        Facts = Sheets.SelectMany(static sheet => sheet.Facts).DistinctBy(static fact => fact.Id).ToDictionary(static fact => fact.Id, StringComparer.Ordinal);
        Charts = MarketCharts.RenderAll(data, topic);
        Prose = Sheets.ToDictionary(
            static sheet => sheet.Id,
            sheet => MarketReport.Writing.Prose.Fill(
                string.Join(" ", sheet.Facts.Select(static fact => $"This is {{{{{fact.Id}}}}}.")),
                Facts.Values,
                sheet.Names));
        Document = ReportComposer.Compose(data, topic, Sheets, Charts, Prose, "No model was used.");
    }

    public MarketData Data { get; }

    public IReadOnlyList<FactSheet> Sheets { get; }

    public Dictionary<string, Fact> Facts { get; }

    public IReadOnlyList<Chart> Charts { get; }

    public Dictionary<string, FilledProse> Prose { get; }

    public ReportDocument Document { get; }

    public string Notes => string.Join('\n', Document.MethodNotes);

    public static Reported Of(string csv, string topic = "A topic", params string[] excluded) => new(CsvFile.Read(csv, excluded), topic);

    public static Reported Sample() => new(MarketCsv.Read(CsvFile.Sample, []), "Battery-electric cars in Europe");

    public string Text(string id) => Facts[id].Text;

    public double Value(string id) => Facts[id].Value!.Value;
}
