namespace MarketReport.Reading;

/// <summary>A line of the file that was left out.</summary>
internal sealed record RejectedLine(int Line, string Reason);
