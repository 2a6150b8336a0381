namespace MarketReport.Writing;

/// <summary>A sentence of a model that does not stand in the report, and why.</summary>
internal sealed record LeftOutSentence(string Sentence, string Reason);
