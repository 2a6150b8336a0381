using System.Globalization;
using System.Text.RegularExpressions;

namespace MarketReport.Reading;

/// <summary>Reads the years and dates of a column. How the column writes them is decided by all of its cells.</summary>
internal sealed partial class PeriodReader
{
    private const int FirstYear = 1800;
    private const int LastYear = 2200;
    private const int FirstKnownYear = 1000;
    private const int LongestText = 40;
    private const int LastTwoDigitYear = 49;

    private static readonly string[] DayFirst = ["d-M-yyyy", "d-M-yy"];
    private static readonly string[] MonthFirst = ["M-d-yyyy", "M-d-yy"];
    private static readonly string[] Days = ["yyyy-M-d", "d-MMM-yyyy", "d-MMM-yy", "MMM-d-yyyy", "MMM-d-yy", "yyyy-MMM-d"];
    private static readonly string[] Months = ["yyyy-M", "M-yyyy", "MMM-yyyy", "MMM-yy", "yyyy-MMM"];
    private static readonly CultureInfo Culture = English();

    private readonly Dictionary<string, Period?> _read = new(StringComparer.Ordinal);
    private readonly bool _named;
    private readonly bool _historical;
    private readonly bool _dayFirst;

    private PeriodReader(bool named, bool historical, bool fiscal, bool dayFirst, bool orderIsGuessed)
    {
        _named = named;
        _historical = historical;
        _dayFirst = dayFirst;
        IsFiscal = fiscal;
        OrderIsGuessed = orderIsGuessed;
    }

    /// <summary>Gets a reader of a text alone, without a column around it.</summary>
    public static PeriodReader Any => new(named: false, historical: false, fiscal: false, dayFirst: false, orderIsGuessed: false);

    /// <summary>Gets whether the column writes years that begin in one calendar year and end in the next.</summary>
    public bool IsFiscal { get; }

    /// <summary>Gets whether no date of the column says which of two numbers is the day.</summary>
    public bool OrderIsGuessed { get; }

    /// <param name="column">The cells of a column that hold anything.</param>
    /// <param name="name">The kind of period that the name of the column indicates.</param>
    public static PeriodReader For(IEnumerable<string> column, PeriodName name)
    {
        var cells = column.Where(static cell => cell.Length <= LongestText && cell.Any(char.IsAsciiDigit)).ToHashSet(StringComparer.Ordinal);
        var ends = cells.Select(static cell => YearEnd().Match(cell.Trim())).Where(static match => match.Success).ToList();
        var fiscal = ends.Count > 0
            && ends.TrueForAll(static match => Number(match.Groups["end"]) == (Number(match.Groups["year"]) + 1) % 100)
            && (ends.Exists(static match => Number(match.Groups["end"]) > 12) || ends.Select(static match => match.Value).Distinct(StringComparer.Ordinal).Skip(1).Any());
        var pairs = cells.Select(static cell => TwoNumbers().Match(cell)).Where(static match => match.Success).ToList();
        var dayFirst = pairs.Exists(static match => Number(match.Groups["first"]) > 12);
        var monthFirst = pairs.Exists(static match => Number(match.Groups["second"]) > 12);
        var slashes = pairs.Exists(static match => match.Groups["mark"].Value == "/");
        return new PeriodReader(
            name != PeriodName.None,
            historical: name == PeriodName.Year && cells.Any(static cell => WholeNumber().Match(cell.Trim()) is { Success: true } match && (match.Groups["minus"].Length > 0 || match.Groups["era"].Length > 0 || match.Groups["year"].Length == 4)),
            fiscal,
            dayFirst: dayFirst != monthFirst ? dayFirst : !slashes,
            orderIsGuessed: !dayFirst && !monthFirst && pairs.Exists(static match => match.Groups["first"].Value != match.Groups["second"].Value));
    }

    public bool TryParse(string cell, out Period period)
    {
        if (!_read.TryGetValue(cell, out var read))
        {
            read = cell.Length <= LongestText && cell.Any(char.IsAsciiDigit) ? Read(cell.Trim()) : null;
            _read.Add(cell, read);
        }

        period = read ?? default;
        return read is not null;
    }

    private Period? Read(string text) => ReadYear(text) ?? ReadFiscal(text) ?? ReadPart(text) ?? ReadDate(text);

    private Period? ReadYear(string text)
    {
        var match = MarkedYear().Match(text);
        if (match.Success)
        {
            return OfYear(Number(match.Groups["year"]), "");
        }

        match = WholeNumber().Match(text);
        if (!match.Success || !_historical)
        {
            return null;
        }

        var before = match.Groups["minus"].Length > 0 || match.Groups["era"].Value.StartsWith('B') || match.Groups["era"].Value.StartsWith('b');
        var year = Number(match.Groups["year"]);
        return before ? new Period(-year, "") : OfYear(year, "");
    }

    private Period? ReadFiscal(string text)
    {
        var match = Fiscal().Match(text);
        if (!match.Success || (match.Groups["end"].Length == 0 && match.Groups["mark"].Length == 0))
        {
            return null;
        }

        var year = FullYear(match.Groups["year"]);
        var isRange = match.Groups["end"].Length > 0;
        var isFiscal = match.Groups["mark"].Length > 0 || IsFiscal || match.Groups["end"].Length == 4 || Number(match.Groups["end"]) > 12;
        return isRange && (!isFiscal || Number(match.Groups["end"]) % 100 != (year + 1) % 100) ? null : OfYear(year, "");
    }

    private Period? ReadPart(string text)
    {
        foreach (var pattern in new[] { Part(), PartFirst(), NumberFirst() })
        {
            if (pattern.Match(text) is { Success: true } match && Letter(match.Groups["kind"].Value, Number(match.Groups["part"])) is { } part)
            {
                return OfYear(FullYear(match.Groups["year"]), part);
            }
        }

        return null;
    }

    private static string? Letter(string kind, int part) => char.ToUpperInvariant(kind[0]) switch
    {
        'Q' or 'T' when part is >= 1 and <= 4 => Invariant($"Q{part}"),
        'H' or 'S' when part is >= 1 and <= 2 => Invariant($"H{part}"),
        'W' or 'K' or 'C' when part is >= 1 and <= 53 => Invariant($"W{part:00}"),
        'M' when part is >= 1 and <= 12 => Invariant($"{part:00}"),
        _ => null,
    };

    private Period? ReadDate(string text)
    {
        if (Compact().Match(text) is { Success: true } compact && (_named || compact.Groups["day"].Length > 0))
        {
            text = $"{compact.Groups["year"].Value}-{compact.Groups["month"].Value}" + (compact.Groups["day"].Length > 0 ? "-" + compact.Groups["day"].Value : "");
        }

        // 2019.5 is a number: it may be the middle of a year, or its fifth or tenth month.
        if (DecimalYear().IsMatch(text))
        {
            return null;
        }

        var bare = Ordinal().Replace(Weekday().Replace(TimeOfDay().Replace(text, ""), ""), "");
        if (MonthNames.ToEnglish(bare) is not { } english)
        {
            return null;
        }

        var plain = Separators().Replace(english, "-").Trim('-');
        return TryExact(plain, Days, out var date) || TryExact(plain, _dayFirst ? DayFirst : MonthFirst, out date) || TryExact(plain, _dayFirst ? MonthFirst : DayFirst, out date) ? OfYear(date.Year, Invariant($"{date.Month:00}-{date.Day:00}"))
            : TryExact(plain, Months, out date) ? OfYear(date.Year, Invariant($"{date.Month:00}"))
            : null;
    }

    /// <summary>An old year is believed only of a column that is named as one: elsewhere it is a number like others.</summary>
    private Period? OfYear(int year, string part) =>
        _historical && year <= LastYear || year is >= FirstYear and <= LastYear || (_named && year is >= FirstKnownYear and <= LastYear) ? new Period(year, part) : null;

    private static bool TryExact(string text, string[] formats, out DateTime date) =>
        DateTime.TryParseExact(text, formats, Culture, DateTimeStyles.None, out date);

    private static int FullYear(Group year) => year.Length > 2 ? Number(year) : Number(year) + (Number(year) <= LastTwoDigitYear ? 2000 : 1900);

    private static int Number(Group group) => group.Length == 0 ? 0 : int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static CultureInfo English()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.Calendar.TwoDigitYearMax = 2000 + LastTwoDigitYear;
        return CultureInfo.ReadOnly(culture);
    }

    /// <summary>2019, 2019.0, 2019*, 2019 (provisional), 2019p, X2019, 2019 [YR2019].</summary>
    [GeneratedRegex(@"^[XxYy]?(?<year>[0-9]{4})(?:\.0+)?\s*(?:\*+|†|[apefrAPEFR]|\([^0-9]*\)|\[YR[0-9]{4}\])?$")]
    private static partial Regex MarkedYear();

    [GeneratedRegex(@"^(?:(?<era>AD|A\.D\.|CE)\s*)?(?<minus>[-−–])?(?<year>[0-9]{1,6})(?:\.0+)?(?:\s*(?<era>BCE?|B\.C\.(?:E\.)?|CE|AD|A\.D\.))?$", RegexOptions.IgnoreCase)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^(?<mark>[FASMC]YE?|Fiscal year|Financial year|FJ|GJ)?[\s']*(?<year>[0-9]{4}|(?<=^[FASMC]Y.*)[0-9]{2})(?:\s*[-/–]\s*(?<end>[0-9]{4}|[0-9]{2}))?(?<mark>\s*FY)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Fiscal();

    [GeneratedRegex(@"^(?<year>[0-9]{4})\s*[-/–]\s*(?<end>[0-9]{2})$")]
    private static partial Regex YearEnd();

    /// <summary>2019-Q3, 2019Q3, 2019 quarter 3, 2019-W05, 2019H1, 2019M03, FY19 Q1.</summary>
    [GeneratedRegex(@"^(?:FY ?(?<year>[0-9]{4}|[0-9]{2})|(?<year>[0-9]{4}))[-/ :.]*(?<kind>Quarter|Quartal|Qtr|Q|T|Half|H|S|KW|CW|Week|Wk|W|M)[-. ]*(?<part>[0-9]{1,2})$", RegexOptions.IgnoreCase)]
    private static partial Regex Part();

    /// <summary>Q3 2019, Q3'19, Q3/2019, Q3 FY2019, W05 2019, H1-2019.</summary>
    [GeneratedRegex(@"^(?<kind>Quarter|Quartal|Qtr|Q|T|Half|H|S|KW|CW|Week|Wk|W)[-. ]*(?<part>[0-9]{1,2})(?:(?:[-/ ,']|FY)+)(?<year>[0-9]{4}|[0-9]{2})$", RegexOptions.IgnoreCase)]
    private static partial Regex PartFirst();

    /// <summary>3Q19, 3Q 2019, 1. Quartal 2019, 1st half 2019.</summary>
    [GeneratedRegex(@"^(?<part>[0-9])(?:st|nd|rd|th|\.|er|e)? ?(?<kind>Quarter|Quartal|Trimestre|Qtr|Q|Half|Halbjahr|H)(?:[-/ ,']|FY)*(?<year>[0-9]{4}|[0-9]{2})$", RegexOptions.IgnoreCase)]
    private static partial Regex NumberFirst();

    [GeneratedRegex(@"^(?<year>(?:1[89]|2[01])[0-9]{2})(?<month>0[1-9]|1[0-2])(?<day>[0-3][0-9])?(?:\.0+)?$")]
    private static partial Regex Compact();

    [GeneratedRegex(@"^[0-9]{4}\.[0-9]$")]
    private static partial Regex DecimalYear();

    [GeneratedRegex(@"^\s*(?<first>[0-9]{1,2})(?<mark>[-/.])\s?(?<second>[0-9]{1,2})[-/.]\s?(?:[0-9]{4}|[0-9]{2})(?![0-9])")]
    private static partial Regex TwoNumbers();

    [GeneratedRegex(@"[T\s,]+[0-9]{1,2}(?::[0-9]{2}){1,2}(?:[.,][0-9]+)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[-+][0-9]{2}:?[0-9]{2})?$")]
    private static partial Regex TimeOfDay();

    [GeneratedRegex(@"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+(?=.*[0-9])", RegexOptions.IgnoreCase)]
    private static partial Regex Weekday();

    [GeneratedRegex(@"(?<=[0-9])(?:st|nd|rd|th)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Ordinal();

    [GeneratedRegex(@"[\s,./\-–'’]+")]
    private static partial Regex Separators();
}
