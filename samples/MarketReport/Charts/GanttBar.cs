namespace MarketReport.Charts;

/// <summary>A bar from one time to another, counted from the start of a run.</summary>
internal sealed record GanttBar(string Label, TimeSpan Start, TimeSpan End, bool Critical);
