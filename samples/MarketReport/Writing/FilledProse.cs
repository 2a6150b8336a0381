namespace MarketReport.Writing;

/// <summary>A text with the facts in their places, without the sentences that failed the check.</summary>
internal sealed record FilledProse(IReadOnlyList<string> Paragraphs, IReadOnlyList<LeftOutSentence> LeftOut);
