using System.Text.RegularExpressions;

namespace MarketReport.Reading;

/// <summary>The words for people and the unit that a column name holds.</summary>
internal static partial class ColumnLabel
{
    private static readonly HashSet<string> Units = new(StringComparer.OrdinalIgnoreCase)
    {
        "eur", "usd", "gbp", "chf", "jpy", "cny", "inr", "sek", "nok", "dkk", "pln",
        "kg", "g", "t", "km", "m", "mi", "kwh", "mwh", "gwh", "twh", "kw", "mw", "gw", "l", "hl", "pct", "percent",
    };

    private static readonly HashSet<string> Currencies = new(StringComparer.OrdinalIgnoreCase)
    {
        "eur", "usd", "gbp", "chf", "jpy", "cny", "inr", "sek", "nok", "dkk", "pln",
    };

    public static (string Label, string Unit) Of(string column, bool share)
    {
        if (share && new ColumnWords(column).Competitor is { } competitor)
        {
            return (Join(Words(competitor)), "%");
        }

        if (UnitInBrackets().Match(column) is { Success: true } bracketed && IsUnit(bracketed.Groups["unit"].Value))
        {
            return (Join(Words(bracketed.Groups["label"].Value)), Unit(bracketed.Groups["unit"].Value.Trim()));
        }

        var words = Words(column);

        if (words.Count > 3 && words[^2].Equals("per", StringComparison.OrdinalIgnoreCase) && Units.Contains(words[^3]))
        {
            var ratio = Unit(words[^3]) + "/" + Unit(words[^1]);
            return (Join(words[..^3]), ratio);
        }

        if (words.Count > 1 && Units.Contains(words[^1]))
        {
            return (Join(words[..^1]), Unit(words[^1]));
        }

        return (Join(words), "");
    }

    private static List<string> Words(string text) => [.. Separators().Split(text.Trim()).Where(static word => word.Length > 0)];

    private static bool IsUnit(string text) => Units.Contains(text.Trim()) || text.Trim() is "%" or "€" or "£" or "¥" or "₹";

    private static string Join(List<string> words)
    {
        var joined = string.Join(' ', words.Select(Word));
        return joined.Length == 0 ? "value" : joined;
    }

    /// <summary>A word with digits in it is a symbol, such as CO2.</summary>
    private static string Word(string word) =>
        word.Any(char.IsDigit) && word.Any(char.IsLetter) && word.Length <= 4 ? word.ToUpperInvariant() : word;

    private static string Unit(string unit)
    {
        if (unit.Equals("pct", StringComparison.OrdinalIgnoreCase) || unit.Equals("percent", StringComparison.OrdinalIgnoreCase))
        {
            return "%";
        }

        return Currencies.Contains(unit) ? unit.ToUpperInvariant() : unit;
    }

    [GeneratedRegex(@"^(?<label>.*[^\s(\[_])[\s_]*[(\[](?<unit>[^()\[\]]+)[)\]]$")]
    private static partial Regex UnitInBrackets();

    [GeneratedRegex(@"[,;]?[_\s]+")]
    private static partial Regex Separators();
}
