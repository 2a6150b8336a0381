using MarketReport.Facts;

namespace MarketReport.Publishing;

/// <summary>Tells the columns of numbers, which are aligned on their right.</summary>
internal static class NumericColumns
{
    public static bool Has(FactTable table, int column) =>
        table.Rows.All(row => row[column].Value.HasValue || row[column].Text == FigureText.Unknown || row[column].Text.StartsWith("from ", StringComparison.Ordinal));
}
