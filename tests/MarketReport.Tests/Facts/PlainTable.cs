using System.Globalization;

namespace MarketReport.Tests.Facts;

/// <summary>The sample's CSV, parsed as plainly as can be: what the program computes is computed again from this.</summary>
internal sealed class PlainTable
{
    private readonly string[] _header;
    private readonly string[][] _lines;

    public PlainTable(string path)
    {
        var lines = File.ReadAllLines(path);
        _header = lines[0].Split(',');
        _lines = lines.Skip(1).Select(static line => line.Split(',')).ToArray();
    }

    public IEnumerable<string> AllCountries => _lines.Select(static line => line[1]).Distinct();

    /// <summary>Without the aggregate, which this test knows by name.</summary>
    public List<string> Countries => AllCountries.Where(static country => country != "Europe").Order(StringComparer.Ordinal).ToList();

    public List<int> Years => _lines.Where(static line => line[1] != "Europe").Select(static line => int.Parse(line[0], CultureInfo.InvariantCulture)).Distinct().Order().ToList();

    public int LastYearOfAll => _lines.Max(static line => int.Parse(line[0], CultureInfo.InvariantCulture));

    public double? this[string country, int year, string column]
    {
        get
        {
            var line = _lines.SingleOrDefault(line => line[1] == country && line[0] == year.ToString(CultureInfo.InvariantCulture));
            var cell = line?[Array.IndexOf(_header, column)];
            return string.IsNullOrEmpty(cell) ? null : double.Parse(cell, CultureInfo.InvariantCulture);
        }
    }

    public List<string> With(int year, params string[] columns) =>
        Countries.Where(country => columns.All(column => this[country, year, column] is not null)).ToList();

    public List<string> WithBoth(int first, int last, params string[] columns) =>
        With(first, columns).Intersect(With(last, columns)).ToList();

    public static double Sum(IEnumerable<string> countries, Func<string, double?> value)
    {
        var sum = 0.0;
        foreach (var country in countries)
        {
            sum += value(country) ?? 0;
        }

        return sum;
    }

    public double Size(IEnumerable<string> countries, int year) => Sum(countries, country => this[country, year, "new_cars"]);

    public double Count(IEnumerable<string> countries, int year, string share) =>
        Sum(countries, country => this[country, year, "new_cars"] * this[country, year, share] / 100);

    public double Mean(IEnumerable<string> countries, int year, string column)
    {
        var known = countries.Where(country => this[country, year, column] is not null && this[country, year, "new_cars"] is not null).ToList();
        return Sum(known, country => this[country, year, "new_cars"] * this[country, year, column]) / Size(known, year);
    }
}
