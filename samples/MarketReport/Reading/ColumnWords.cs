using System.Text.RegularExpressions;

namespace MarketReport.Reading;

/// <summary>The words of a column's name, and the kinds of content that they indicate.</summary>
internal sealed partial class ColumnWords
{
    private static readonly HashSet<string> Years = Set("year years yr fy jahr jahre année annee an año anno ano jaar");

    private static readonly HashSet<string> Dates = Set(
        "date dates month months period quarter qtr week day time timestamp datetime datum monat quartal woche tag zeitraum stichtag mois trimestre fecha mes periodo período maand");

    private static readonly HashSet<string> Entities = Set(
        "entity entities country countries nation region regions state province county city area territory location market company companies firm manufacturer maker brand vendor supplier "
        + "competitor organisation organization product products model category segment industry sector store shop branch outlet customer channel platform publisher airline carrier team club fuel technology "
        + "land staat bundesland ort firma unternehmen marke hersteller produkt kategorie filiale kunde pays entreprise marque produit país pais empresa marca producto tienda");

    private static readonly HashSet<string> Numbered = Set("store shop branch outlet customer dept department station plant filiale tienda");

    private static readonly HashSet<string> CodeEndings = Set("id ids no nr num code codes key iso iso2 iso3 sku ean upc isbn uuid guid abbr abbreviation zip zipcode postcode plz fips phone fax serial lat latitude lon lng longitude");

    private static readonly HashSet<string> CodeWords = Set("rank ranking rang unnamed cluster");

    private static readonly HashSet<string> WholeCodes = Set("# n° № id index idx row rownum rownumber line position pos sequence seq");

    private static readonly HashSet<string> Rates = Set(
        "price prices rate rates rating ratings ratio ratios average avg mean median per percent percentage pct percap % ‰ margin margins expectancy density temperature temp growth change cagr yoy mom age "
        + "speed intensity efficiency inflation unemployment fertility mortality literacy gini hdi cpi ppi discount utilization utilisation occupancy penetration mpg score scores satisfaction probability "
        + "share shares proportion prevalence happiness coverage quality humidity pressure churn conversion ctr roi roe roa beta volatility salary salaries wage wages incidence frequency height bmi concentration yield deflator "
        + "preis preise quote anteil durchschnitt mittel marge wachstum veränderung dichte prix taux moyenne precio tasa promedio cuota margen porcentaje");

    private static readonly HashSet<string> Amounts = Set(
        "sale sales revenue revenues turnover units amount amounts volume volumes quantity quantities qty count counts total totals sum population pop production output exports imports export import registrations "
        + "deliveries shipments orders customers subscribers users visitors passengers cars vehicles spending expenditure expenditures expenses costs cost budget profit profits earnings gdp gni gnp emissions "
        + "consumption generation capacity deaths births cases arrivals transactions downloads installs tonnes tons barrels employees headcount jobs households investment investments installed sold bought produced shipped registered ebit ebitda "
        + "umsatz umsätze absatz menge anzahl gewinn einwohner bevölkerung kosten ertrag ventes quantité chiffre montant population ventas cantidad importe ingresos población vendite quantità omzet");

    private static readonly HashSet<string> Stocks = Set(
        "population pop employees subscribers users households customers inventory inventories stock stocks capacity cumulative backlog balance headcount einwohner bevölkerung población bestand mitarbeiter");

    private static readonly HashSet<string> Series = Set("indicator variable metric measure series element statistic item_type subject kennzahl");

    private static readonly HashSet<string> Units = Set("unit units uom unitofmeasure unitmeasure currency currencycode einheit währung devise moneda");

    private static readonly HashSet<string> Values = Set("value values obs_value observation figure wert valeur valor datavalue");

    private readonly List<string> _words;

    public ColumnWords(string name)
    {
        Name = name;
        _words = [.. Word().Matches(name).Select(static match => match.Value.ToLowerInvariant())];
    }

    public string Name { get; }

    public PeriodName Period => _words.Exists(Years.Contains) ? PeriodName.Year : _words.Exists(Dates.Contains) ? PeriodName.Date : PeriodName.None;

    /// <summary>Gets whether the name is nothing but a word for a year or a date, or ends in one.</summary>
    public bool IsPeriodAlone => _words.Count == 1 && Period != PeriodName.None;

    public bool EndsInPeriod => _words.Count > 0 && (Years.Contains(_words[^1]) || Dates.Contains(_words[^1]));

    public bool IsEntity => !IsCode && _words.Exists(Entities.Contains);

    /// <summary>Gets whether the name is that of something that is often known by a number.</summary>
    public bool IsNumbered => _words.Exists(Numbered.Contains);

    /// <summary>Gets whether the name is that of an index, an identifier, a code, a rank or a place on a map.</summary>
    public bool IsCode =>
        WholeCodes.Contains(Name.Trim())
        || (_words.Count > 0 && (CodeEndings.Contains(_words[^1]) || (_words.Count > 1 && IsNumber(_words[^1]) && CodeEndings.Contains(_words[^2])) || WholeCodes.Contains(string.Concat(_words))))
        || _words.Exists(CodeWords.Contains)
        || (_words.Count > 1 && (_words[^1] is "number" or "nummer" || (_words[0] is "row" or "line" && _words[^1] is "index")));

    /// <summary>Gets whether the name is that of a rate: a price, an average, a ratio, a percentage, an index of prices, anything per something.</summary>
    public bool IsRate =>
        !IsCode
        && (_words.Exists(Rates.Contains)
            || (_words.Count > 1 && _words.Exists(static word => word is "index" or "indices"))
            || Follows("life", "exp", "expect")
            || Follows("unit", "cost", "value", "sales")
            || PerUnit().IsMatch(Name));

    /// <summary>Gets whether the name is that of a quantity that adds up.</summary>
    public bool IsAmount => !IsCode && !IsRate && _words.Exists(Amounts.Contains);

    /// <summary>Gets whether the name is that of something that is there at a time: it adds up over entities, but not over time.</summary>
    public bool IsStock => _words.Exists(Stocks.Contains) && !_words.Exists(static word => word is "new" or "added" or "acquired");

    /// <summary>Gets whether the column names what each row measures.</summary>
    public bool IsSeries => _words.Count > 0 && (Series.Contains(_words[^1]) || (_words.Count > 1 && _words[^1] is "name" && Series.Contains(_words[^2])));

    /// <summary>Gets whether the column names the unit or currency of each row.</summary>
    public bool IsUnit => Units.Contains(string.Concat(_words));

    /// <summary>Gets whether the name says nothing but that there are values.</summary>
    public bool IsValue => Values.Contains(Name.Trim()) || Values.Contains(string.Concat(_words));

    /// <summary>Gets the name of the competitor whose share the column holds; <see langword="null"/> if it holds none.</summary>
    public string? Competitor
    {
        get
        {
            var match = ShareOf().Match(Name);
            var competitor = match.Success ? match.Groups["of"].Value.Trim(' ', '_', '-', '.', ',', ':') : "";
            return competitor.Length == 0 || new ColumnWords(competitor)._words is [] or ["market"] or ["markt"] ? null : competitor;
        }
    }

    private static bool IsNumber(string word) => char.IsAsciiDigit(word[0]);

    private bool Follows(string first, params string[] second) =>
        _words.Zip(_words.Skip(1)).Any(pair => pair.First == first && second.Contains(pair.Second));

    private static HashSet<string> Set(string words) => new(words.Split(' '), StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lo}+|[0-9]+|[%‰#]")]
    private static partial Regex Word();

    /// <summary>USD/t, g/km, €/kWh.</summary>
    [GeneratedRegex(@"(?:\b(?:g|kg|t|l|m|km|kWh|MWh|USD|EUR|GBP|CHF|cts?|cents?)|[€$£])\s?/\s?\p{L}")]
    private static partial Regex PerUnit();

    /// <summary>ev_share, EV share (%), ev_share_pct.</summary>
    [GeneratedRegex(@"^(?<of>.*?)[_\s.-]*(?<![\p{L}])shares?(?:[_\s]*(?:\(?%\)?|\(?percent\)?|\(?pct\)?|\(?in %\)?))?$", RegexOptions.IgnoreCase)]
    private static partial Regex ShareOf();
}
