namespace MarketReport.Tests.Facts;

/// <summary>Every fact the sample's report may state, computed from the plain table. A name is a string, a figure a number.</summary>
internal sealed class SampleExpectations
{
    public const string Focus = "battery_electric_share";
    private const string Size = "new_cars";

    public static readonly string[] Shares =
    [
        "battery_electric_share", "plugin_hybrid_share", "full_hybrid_share", "mild_hybrid_share", "petrol_share", "diesel_share", "gas_share",
    ];

    public static readonly string[] Others = ["average_price_eur", "co2_g_per_km"];

    private readonly PlainTable _table;

    public SampleExpectations(PlainTable table)
    {
        _table = table;
        Last = table.Years.Last(year => table.With(year, Size).Count * 2 >= table.Countries.Count);
        Base = Last - 10;
        Recent = Last - 5;
    }

    public int Last { get; }

    public int Base { get; }

    public int Recent { get; }

    public Dictionary<string, object> Overview()
    {
        var facts = new Dictionary<string, object>
        {
            ["size_measure"] = "new cars",
            ["entity_kind"] = "country",
            ["first_year"] = _table.Years[0],
            ["common_last_year"] = Last,
            ["data_last_year"] = _table.LastYearOfAll,
            ["entity_count"] = _table.Countries.Count,
            ["entities_last"] = _table.With(Last, Size).Count,
            ["left_out_count"] = _table.AllCountries.Count() - _table.Countries.Count,
            ["total_size_last"] = _table.Size(_table.Countries, Last),
            ["largest_markets_count"] = 5,
        };
        AddSizeGrowth(facts);
        var largest = _table.With(Last, Size).OrderByDescending(country => _table[country, Last, Size]).Take(5).ToList();
        for (var rank = 1; rank <= 5; rank++)
        {
            var country = largest[rank - 1];
            facts[$"largest_market_{rank}"] = country;
            facts[$"largest_market_{rank}_size"] = _table[country, Last, Size]!;
            facts[$"largest_market_{rank}_share"] = 100 * _table[country, Last, Size]!.Value / _table.Size(_table.Countries, Last);
        }

        facts["largest_markets_share"] = 100 * _table.Size(largest, Last) / _table.Size(_table.Countries, Last);
        foreach (var measure in Others)
        {
            facts[$"{measure}_last"] = _table.Mean(_table.Countries, Last, measure);
        }

        return facts;
    }

    public Dictionary<string, object> Competitors()
    {
        var ranked = Shares.OrderByDescending(share => _table.Mean(_table.Countries, Last, share)).ToList();
        var facts = new Dictionary<string, object>
        {
            ["common_last_year"] = Last,
            ["competitor_count"] = Shares.Length,
            ["focus"] = Label(Focus),
            ["focus_share_last"] = _table.Mean(_table.Countries, Last, Focus),
            ["focus_size_last"] = _table.Count(_table.Countries, Last, Focus),
            ["focus_entities_last"] = _table.With(Last, Size, Focus).Count,
            ["focus_rank"] = ranked.IndexOf(Focus) + 1,
        };
        string[] places = ["leading", "second", "third"];
        for (var place = 0; place < places.Length; place++)
        {
            facts[$"{places[place]}_competitor"] = Label(ranked[place]);
            facts[$"{places[place]}_competitor_share"] = _table.Mean(_table.Countries, Last, ranked[place]);
        }

        var byChange = Shares.OrderBy(ShareChange).ToList();
        facts["biggest_loser"] = Label(byChange[0]);
        facts["biggest_loser_change"] = ShareChange(byChange[0]);
        facts["biggest_gainer"] = Label(byChange[^1]);
        facts["biggest_gainer_change"] = ShareChange(byChange[^1]);
        foreach (var share in Shares)
        {
            facts[$"{share}_last"] = _table.Mean(_table.Countries, Last, share);
        }

        AddShareChanges(facts);
        var standings = Standings();
        facts["focus_top_entity"] = standings[0].Country;
        facts["focus_top_entity_share"] = standings[0].Share;
        facts["focus_top_entity_year"] = standings[0].Year;
        facts["focus_lowest_entity"] = standings[^1].Country;
        facts["focus_lowest_entity_share"] = standings[^1].Share;
        facts["focus_lowest_entity_year"] = standings[^1].Year;
        facts["focus_median_share"] = Median(standings.Select(static standing => standing.Share));
        foreach (var (country, year, share) in standings)
        {
            var id = Lower(country).Replace(' ', '_') + "_battery_electric";
            facts[$"{id}_share_last"] = share;
            facts[$"{id}_year_last"] = year;
        }

        return facts;
    }

    public Dictionary<string, object> Trends()
    {
        var panel = _table.WithBoth(Base, Last, Size, Focus);
        var (start, end) = (_table.Count(panel, Base, Focus), _table.Count(panel, Last, Focus));
        var latest = _table.WithBoth(Last - 1, Last, Size, Focus);
        var facts = new Dictionary<string, object>
        {
            ["common_last_year"] = Last,
            ["focus"] = Label(Focus),
            ["trend_base_year"] = Base,
            ["trend_years"] = 10,
            ["trend_span"] = "10 years",
            ["focus_growth_entities"] = panel.Count,
            ["focus_base_size"] = start,
            ["focus_end_size"] = end,
            ["focus_size_change"] = end - start,
            ["focus_growth"] = 100 * (end - start) / start,
            ["focus_growth_per_year"] = 100 * (Math.Exp(Math.Log(end / start) / 10) - 1),
            ["focus_share_base"] = _table.Mean(panel, Base, Focus),
            ["focus_share_end"] = _table.Mean(panel, Last, Focus),
            ["focus_share_change"] = ShareChange(Focus),
            ["previous_year"] = Last - 1,
            ["focus_growth_latest"] = 100 * (_table.Count(latest, Last, Focus) / _table.Count(latest, Last - 1, Focus) - 1),
        };
        AddSizeGrowth(facts);
        AddShareChanges(facts);
        foreach (var measure in Others)
        {
            var both = _table.WithBoth(Base, Last, Size, measure);
            var (then, now) = (_table.Mean(both, Base, measure), _table.Mean(both, Last, measure));
            facts[$"{measure}_base"] = then;
            facts[$"{measure}_end"] = now;
            facts[$"{measure}_change"] = now - then;
            facts[$"{measure}_change_percent"] = 100 * (now - then) / then;
        }

        return facts;
    }

    public Dictionary<string, object> Recommendations()
    {
        var ranked = Shares.OrderByDescending(share => _table.Mean(_table.Countries, Last, share)).ToList();
        var standings = Standings().Where(standing => standing.Year == Last).ToList();
        var median = Median(standings.Select(static standing => standing.Share));
        var below = standings.Where(standing => standing.Share < median).OrderByDescending(standing => _table[standing.Country, Last, Size]).ToList();
        var amounts = standings.OrderByDescending(standing => standing.Share * _table[standing.Country, Last, Size]).ToList();
        var changes = _table.WithBoth(Recent, Last, Focus)
            .Select(country => (Country: country, Change: _table[country, Last, Focus]!.Value - _table[country, Recent, Focus]!.Value))
            .OrderByDescending(static entry => entry.Change)
            .ToList();
        var largestAmount = _table.Count([amounts[0].Country], Last, Focus);
        var facts = new Dictionary<string, object>
        {
            ["common_last_year"] = Last,
            ["focus"] = Label(Focus),
            ["focus_rank"] = ranked.IndexOf(Focus) + 1,
            ["competitor_count"] = Shares.Length,
            ["focus_rival"] = Label(ranked[0]),
            ["focus_rival_share"] = _table.Mean(_table.Countries, Last, ranked[0]),
            ["focus_rival_gap"] = _table.Mean(_table.Countries, Last, Focus) - _table.Mean(_table.Countries, Last, ranked[0]),
            ["focus_leader"] = standings[0].Country,
            ["focus_leader_share"] = standings[0].Share,
            ["focus_median_share_last"] = median,
            ["focus_leader_gap"] = standings[0].Share - median,
            ["largest_below_median"] = below[0].Country,
            ["largest_below_median_share"] = below[0].Share,
            ["largest_below_median_size"] = _table[below[0].Country, Last, Size]!,
            ["below_median_count"] = below.Count,
            ["median_potential"] = below.Sum(standing => _table[standing.Country, Last, Size]!.Value * (median - standing.Share)) / 100,
            ["focus_largest_entity"] = amounts[0].Country,
            ["focus_largest_entity_size"] = largestAmount,
            ["focus_largest_entity_part"] = 100 * largestAmount / _table.Count(_table.Countries, Last, Focus),
            ["recent_base_year"] = Recent,
            ["recent_years"] = 5,
            ["recent_entities"] = changes.Count,
            ["fastest_growing_entity"] = changes[0].Country,
            ["fastest_growing_base"] = _table[changes[0].Country, Recent, Focus]!,
            ["fastest_growing_end"] = _table[changes[0].Country, Last, Focus]!,
            ["fastest_growing_change"] = changes[0].Change,
            ["slowest_growing_entity"] = changes[^1].Country,
            ["slowest_growing_change"] = changes[^1].Change,
        };
        for (var place = 1; place <= 3; place++)
        {
            facts[$"laggard_{place}"] = standings[^place].Country;
            facts[$"laggard_{place}_share"] = standings[^place].Share;
        }

        return facts;
    }

    /// <summary>The rows of every table by its id, in order.</summary>
    public Dictionary<string, List<object?[]>> Tables()
    {
        var total = _table.Size(_table.Countries, Last);
        var bySize = _table.With(Last, Size).OrderByDescending(country => _table[country, Last, Size]).ToList();
        var ranked = Shares.OrderByDescending(share => _table.Mean(_table.Countries, Last, share)).ToList();
        var standings = Standings();
        var lastStandings = standings.Where(standing => standing.Year == Last).ToList();
        var median = Median(lastStandings.Select(static standing => standing.Share));
        var sizePanel = _table.WithBoth(Base, Last, Size);
        var focusPanel = _table.WithBoth(Base, Last, Size, Focus);
        return new Dictionary<string, List<object?[]>>
        {
            ["largest_markets"] = bySize.Take(10).Select((country, index) => new object?[]
            {
                index + 1, country, _table[country, Last, Size], 100 * _table[country, Last, Size] / total,
                _table[country, Last, Others[0]], _table[country, Last, Others[1]],
            }).ToList(),
            ["market_by_year"] = _table.Years.ConvertAll(year => new object?[]
            {
                year, _table.With(year, Size).Count, _table.Size(_table.Countries, year),
                _table.Mean(_table.Countries, year, Others[0]), _table.Mean(_table.Countries, year, Others[1]),
            }),
            ["left_out"] =
            [
                ["Europe", null, _table.LastYearOfAll, _table["Europe", _table.LastYearOfAll, Size], _table["Europe", _table.LastYearOfAll, Shares[0]], _table["Europe", _table.LastYearOfAll, Shares[1]]],
            ],
            ["competitors"] = ranked.Select((share, index) => new object?[]
            {
                index + 1, Label(share), _table.Mean(_table.Countries, Last, share), _table.Count(_table.Countries, Last, share),
                _table.With(Last, Size, share).Count, Base, ShareChange(share),
            }).ToList(),
            ["focus_by_entity"] = standings.Select((standing, index) =>
            {
                var leader = Shares.Where(share => _table[standing.Country, standing.Year, share] is not null).MaxBy(share => _table[standing.Country, standing.Year, share])!;
                return new object?[]
                {
                    index + 1, standing.Country, standing.Year, standing.Share, _table.Count([standing.Country], standing.Year, Focus),
                    Label(leader), _table[standing.Country, standing.Year, leader],
                };
            }).ToList(),
            ["changes"] =
            [
                ["New cars", Base, _table.Size(sizePanel, Base), Last, _table.Size(sizePanel, Last), 100 * (_table.Size(sizePanel, Last) / _table.Size(sizePanel, Base) - 1), sizePanel.Count],
                ["New cars: battery electric", Base, _table.Count(focusPanel, Base, Focus), Last, _table.Count(focusPanel, Last, Focus), 100 * (_table.Count(focusPanel, Last, Focus) / _table.Count(focusPanel, Base, Focus) - 1), focusPanel.Count],
                .. Others.Select(measure => new object?[] { null, Base, PanelMean(measure, Base), Last, PanelMean(measure, Last), 100 * (PanelMean(measure, Last) / PanelMean(measure, Base) - 1), _table.WithBoth(Base, Last, Size, measure).Count }),
                .. Shares.Select(share => new object?[] { $"Share of {Label(share)} (%)", Base, PanelMean(share, Base), Last, PanelMean(share, Last), ShareChange(share), _table.WithBoth(Base, Last, Size, share).Count }),
            ],
            ["focus_by_year"] = _table.Years.ConvertAll(year => new object?[]
            {
                year, _table.With(year, Size, Focus).Count, _table.Count(_table.Countries, year, Focus), _table.Mean(_table.Countries, year, Focus),
            }),
            ["potential"] = lastStandings.ConvertAll(standing => new object?[]
            {
                standing.Country, _table[standing.Country, Last, Size], standing.Share, standing.Share - _table[standing.Country, Recent, Focus],
                standing.Share - median, standing.Share < median ? _table[standing.Country, Last, Size] * (median - standing.Share) / 100 : 0.0,
            }),
            ["chart:size_by_entity"] = bySize.Take(15).Select(country => new object?[] { country, _table[country, Last, Size] }).ToList(),
            ["chart:competitor_shares"] = _table.Years.ConvertAll(year => ranked.Select(share => (object?)_table.Mean(_table.Countries, year, share)).Prepend(year).ToArray()),
            ["chart:focus_by_entity"] = standings.Take(15).Select(standing => new object?[] { standing.Year == Last ? standing.Country : $"{standing.Country} ({standing.Year})", standing.Share }).ToList(),
            ["chart:focus_over_time"] = _table.Years.ConvertAll(year => new object?[] { year, _table.Count(_table.Countries, year, Focus) }),
        };
    }

    private static string Label(string share) => share.Replace("_share", "", StringComparison.Ordinal).Replace('_', ' ');

    private static string Lower(string text) => string.Concat(text.Select(char.ToLowerInvariant));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private void AddSizeGrowth(Dictionary<string, object> facts)
    {
        var panel = _table.WithBoth(Base, Last, Size);
        var (start, end) = (_table.Size(panel, Base), _table.Size(panel, Last));
        facts["size_base_year"] = Base;
        facts["size_growth_years"] = 10;
        facts["size_growth_entities"] = panel.Count;
        facts["size_base_total"] = start;
        facts["size_last_total"] = end;
        facts["size_growth"] = 100 * (end - start) / start;
        facts["size_growth_per_year"] = 100 * (Math.Exp(Math.Log(end / start) / 10) - 1);
    }

    private void AddShareChanges(Dictionary<string, object> facts)
    {
        foreach (var share in Shares)
        {
            facts[$"{share}_base"] = PanelMean(share, Base);
            facts[$"{share}_end"] = PanelMean(share, Last);
            facts[$"{share}_change"] = ShareChange(share);
        }
    }

    private double PanelMean(string column, int year) => _table.Mean(_table.WithBoth(Base, Last, Size, column), year, column);

    private double ShareChange(string share) => PanelMean(share, Last) - PanelMean(share, Base);

    private List<(string Country, int Year, double Share)> Standings() =>
        _table.Countries
            .Select(country => (country, Year: _table.Years.Last(year => _table[country, year, Focus] is not null)))
            .Select(entry => (entry.country, entry.Year, Share: _table[entry.country, entry.Year, Focus]!.Value))
            .OrderByDescending(static entry => entry.Share)
            .ToList();
}
