namespace MarketReport.Reading;

/// <summary>The columns that a person named; <see langword="null"/> for one that is to be found.</summary>
internal sealed record ColumnChoice(string? Size = null, string? Entity = null, string? Date = null)
{
    public static ColumnChoice None { get; } = new();
}
