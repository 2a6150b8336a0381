using MarketReport.Reading;

namespace MarketReport.Facts;

/// <summary>Makes the cells of tables.</summary>
internal static class Cells
{
    public static FactCell Text(string text) => new(text, null);

    public static FactCell Year(int? year) => year is { } value ? new(FigureText.Year(value), value) : Unknown();

    public static FactCell Whole(int value) => new(FigureText.Whole(value), value);

    public static FactCell Number(double? value, Measure measure) =>
        value is { } number ? new(FigureText.Number(number, measure), number) : Unknown();

    public static FactCell SignedNumber(double? value, Measure measure) =>
        value is { } number ? new((number > 0 ? "+" : "") + FigureText.Number(number, measure), number) : Unknown();

    /// <summary>A share whose unit stands in the head of the column.</summary>
    public static FactCell Share(double? value) =>
        value is { } share ? new(FigureText.Format(share, "#,0.00"), share) : Unknown();

    public static FactCell SignedShare(double? value) =>
        value is { } share ? new((share > 0 ? "+" : "") + FigureText.Format(share, "#,0.00"), share) : Unknown();

    public static FactCell Growth(Change? change) =>
        change is null ? Unknown() : new(FigureText.Growth(change), change.Percent);

    /// <summary>The remark that a table does not list everything.</summary>
    public static string FirstOf(int listed, int all) => listed < all ? $" The first {FigureText.Whole(listed)} of {FigureText.Whole(all)}." : "";

    private static FactCell Unknown() => new(FigureText.Unknown, null);
}
