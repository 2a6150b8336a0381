namespace MarketReport.Reading;

/// <summary>The signs, parentheses, currency, unit, magnitude and percent sign around the digits of a number.</summary>
internal sealed class NumberAffixes
{
    private static readonly Dictionary<string, double> Magnitudes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["k"] = 1e3,
        ["tsd"] = 1e3,
        ["thousand"] = 1e3,
        ["thousands"] = 1e3,
        ["mille"] = 1e3,
        ["lakh"] = 1e5,
        ["lakhs"] = 1e5,
        ["m"] = 1e6,
        ["mm"] = 1e6,
        ["mn"] = 1e6,
        ["mln"] = 1e6,
        ["mio"] = 1e6,
        ["mill"] = 1e6,
        ["million"] = 1e6,
        ["millions"] = 1e6,
        ["millionen"] = 1e6,
        ["millones"] = 1e6,
        ["crore"] = 1e7,
        ["crores"] = 1e7,
        ["cr"] = 1e7,
        ["b"] = 1e9,
        ["bn"] = 1e9,
        ["bln"] = 1e9,
        ["mrd"] = 1e9,
        ["md"] = 1e9,
        ["billion"] = 1e9,
        ["billions"] = 1e9,
        ["milliarden"] = 1e9,
        ["milliard"] = 1e9,
        ["milliards"] = 1e9,
        ["tn"] = 1e12,
        ["trn"] = 1e12,
        ["trillion"] = 1e12,
        ["trillions"] = 1e12,
        ["万"] = 1e4,
        ["萬"] = 1e4,
        ["亿"] = 1e8,
        ["億"] = 1e8,
    };

    /// <summary>Signs and words of a currency that have a code of their own.</summary>
    private static readonly Dictionary<string, string> Codes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["€"] = "EUR",
        ["euro"] = "EUR",
        ["euros"] = "EUR",
        ["£"] = "GBP",
        ["₹"] = "INR",
        ["Rs"] = "INR",
        ["rupees"] = "INR",
        ["₽"] = "RUB",
        ["₩"] = "KRW",
        ["₺"] = "TRY",
        ["₪"] = "ILS",
        ["฿"] = "THB",
        ["₫"] = "VND",
        ["₴"] = "UAH",
        ["₦"] = "NGN",
        ["₱"] = "PHP",
        ["zł"] = "PLN",
        ["Kč"] = "CZK",
        ["Ft"] = "HUF",
        ["Fr"] = "CHF",
        ["yen"] = "JPY",
        ["R$"] = "BRL",
        ["US$"] = "USD",
        ["CA$"] = "CAD",
        ["C$"] = "CAD",
        ["A$"] = "AUD",
        ["AU$"] = "AUD",
        ["NZ$"] = "NZD",
        ["HK$"] = "HKD",
        ["S$"] = "SGD",
        ["NT$"] = "TWD",
        ["MX$"] = "MXN",
        ["dollar"] = "$",
        ["dollars"] = "$",
        ["tons"] = "t",
        ["tonnes"] = "t",
        ["litres"] = "l",
        ["liters"] = "l",
        ["unit"] = "units",
        ["pcs"] = "units",
        ["Stk"] = "units",
        ["Stück"] = "units",
    };

    private static readonly HashSet<string> Currencies = new(StringComparer.OrdinalIgnoreCase)
    {
        "€", "$", "£", "¥", "₹", "₽", "₩", "₺", "₪", "฿", "₫", "₴", "₦", "₱", "zł", "Kč", "kr", "Ft", "Fr", "Rs", "R$", "US$", "CA$", "C$", "A$", "AU$", "NZ$", "HK$", "S$", "NT$", "MX$",
        "USD", "EUR", "GBP", "CHF", "JPY", "CNY", "RMB", "INR", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "RUB", "UAH", "TRY", "ILS", "AED", "SAR", "QAR", "EGP", "ZAR", "NGN",
        "KES", "BRL", "ARS", "CLP", "COP", "PEN", "MXN", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "KRW", "THB", "IDR", "MYR", "PHP", "VND", "PKR", "BDT", "KWD", "MAD",
        "euro", "euros", "dollar", "dollars", "yen", "rupees",
    };

    private static readonly HashSet<string> Units = new(StringComparer.OrdinalIgnoreCase)
    {
        "kg", "g", "t", "mt", "kt", "km", "mi", "kWh", "MWh", "GWh", "TWh", "kW", "MW", "GW", "l", "hl", "ha", "tons", "tonnes", "litres", "liters", "units", "unit", "pcs", "Stk", "Stück", "°C", "°F",
    };

    private static readonly HashSet<string> Percents = new(StringComparer.OrdinalIgnoreCase) { "%", "pct", "percent", "Prozent" };

    private static readonly List<string> Known =
        [.. Magnitudes.Keys.Concat(Currencies).Concat(Units).Concat(Percents).OrderByDescending(static word => word.Length)];

    private bool _opened;
    private bool _closed;

    public bool IsNegative { get; private set; }

    public bool IsPercent { get; private set; }

    public double Magnitude { get; private set; } = 1;

    /// <summary>Gets the code of the currency, or the unit; empty if there is none.</summary>
    public string Currency { get; private set; } = "";

    /// <summary>Reads what is before and after the digits; <see langword="null"/> if it holds anything that is not known.</summary>
    public static NumberAffixes? Read(ReadOnlySpan<char> before, ReadOnlySpan<char> after)
    {
        var affixes = new NumberAffixes();
        return affixes.Take(before, isBefore: true) && affixes.Take(after, isBefore: false) && affixes._opened == affixes._closed ? affixes : null;
    }

    private bool Take(ReadOnlySpan<char> text, bool isBefore)
    {
        while (!(text = text.TrimStart()).IsEmpty)
        {
            var taken = text[0] switch
            {
                '-' => TakeMinus(),
                '+' => true,
                '(' => isBefore && !_opened && (_opened = IsNegative = true),
                ')' => !isBefore && _opened && !_closed && (_closed = true),
                '*' or '†' or '‡' => !isBefore,
                '.' => !isBefore || Currency.Length > 0,
                '~' or '≈' => isBefore,
                _ => false,
            };
            var length = taken ? 1 : TakeWord(text, isBefore);
            if (length == 0)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    private bool TakeMinus()
    {
        IsNegative = true;
        return true;
    }

    private int TakeWord(ReadOnlySpan<char> text, bool isBefore)
    {
        foreach (var word in Known)
        {
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase) && IsWhole(text, word) && Take(word, text[..word.Length].ToString(), isBefore))
            {
                return word.Length;
            }
        }

        return 0;
    }

    /// <summary>After a magnitude a currency may follow at once, as in "MEUR"; other words end where their letters end.</summary>
    private static bool IsWhole(ReadOnlySpan<char> text, string word) =>
        text.Length == word.Length || !char.IsLetter(text[word.Length]) || !char.IsLetter(word[^1]) || (Magnitudes.ContainsKey(word) && Currencies.Contains(text[word.Length..].Trim().ToString()));

    private bool Take(string word, string written, bool isBefore)
    {
        // "5 t" are tonnes; "5T" are trillions.
        if (Percents.Contains(word))
        {
            return !isBefore && !IsPercent && (IsPercent = true);
        }

        if (Magnitudes.TryGetValue(word, out var magnitude))
        {
            var allowed = !isBefore && Magnitude == 1;
            Magnitude = allowed ? magnitude : Magnitude;
            return allowed;
        }

        if (written == "T" && Magnitude == 1)
        {
            Magnitude = 1e12;
            return !isBefore;
        }

        var first = Currency.Length == 0;
        Currency = first ? Codes.GetValueOrDefault(word, Units.Contains(word) ? word : written.ToUpperInvariant()) : Currency;
        return first && (!isBefore || Currencies.Contains(word));
    }
}
