using MarketReport.Facts;

namespace MarketReport.Models;

/// <summary>The request to write a section, as it stands in the prompt.</summary>
internal sealed record WritingRequest(string Topic, string Section, IReadOnlyList<WritingRequest.PromptFact> Facts)
{
    public static WritingRequest Of(string topic, FactSheet sheet) =>
        new(topic, sheet.Id, [.. sheet.Facts.Select(fact => new PromptFact(fact.Id, fact.Label, fact.Text))]);

    /// <summary>A fact without its raw value, which prose has no use for.</summary>
    internal sealed record PromptFact(string Id, string Label, string Text);
}
