using System.Globalization;

namespace MarketReport.Reading;

/// <summary>Lists names in a message, at most a dozen.</summary>
internal static class NameList
{
    private const int Listed = 12;

    public static string Of(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(Listed)) + (names.Count > Listed ? string.Create(CultureInfo.InvariantCulture, $" and {names.Count - Listed} more") : "");

    /// <summary>Lists values of cells, each in quotes and shortened.</summary>
    public static string OfValues(IEnumerable<string> values, int listed = 5) =>
        string.Join(", ", values.Distinct(StringComparer.Ordinal).Take(listed).Select(static value => $"'{Shortened(value)}'"));

    public static string Shortened(string value) => value.Length <= 30 ? value : value[..30] + "…";
}
