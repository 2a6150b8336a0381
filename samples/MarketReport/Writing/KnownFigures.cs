using System.Text;
using MarketReport.Facts;

namespace MarketReport.Writing;

/// <summary>The figures and names that prose may state: those of the facts.</summary>
internal sealed class KnownFigures
{
    private const char NameMark = '\uE001';
    private readonly List<Figure> _figures = [];
    private readonly HashSet<string> _words = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _names = [];

    public KnownFigures(IEnumerable<Fact> facts, IEnumerable<string> names)
    {
        foreach (var fact in facts)
        {
            AddWords(fact.Label);
            if (fact.Value is null)
            {
                AddName(fact.Text);
            }
            else
            {
                AddFigures(fact.Text, fact.Value.Value);
            }
        }

        foreach (var name in names)
        {
            AddName(name);
        }

        _names.Sort(static (left, right) => right.Length.CompareTo(left.Length));
    }

    /// <summary>What in the text is neither a figure of a fact nor part of a known name.</summary>
    public IEnumerable<string> ForeignIn(string text)
    {
        var masked = _names.Aggregate(text, static (current, name) => Mask(current, name));
        var (figures, words) = FigureScanner.Scan(masked);
        return figures.Where(figure => !IsKnown(figure)).Select(static figure => figure.Text.Trim())
            .Concat(words.Where(word => !_words.Contains(word)));
    }

    /// <summary>Puts a mark where the name stands as a whole word.</summary>
    private static string Mask(string text, string name)
    {
        var masked = new StringBuilder();
        var start = 0;
        for (var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + name.Length;
            if (at >= start && !IsWord(text, at - 1) && !IsWord(text, end))
            {
                masked.Append(text, start, at - start).Append(NameMark);
                start = end;
            }
        }

        return start == 0 ? text : masked.Append(text, start, text.Length - start).ToString();
    }

    private static bool IsWord(string text, int index) =>
        index >= 0 && index < text.Length && (char.IsLetter(text[index]) || char.IsNumber(text[index]));

    private bool IsKnown(Figure figure) => _figures.Exists(known =>
        (figure.HasSign ? known.Value == figure.Value : Math.Abs(known.Value) == figure.Value)
        && (figure.Unit == known.Unit || figure.Unit == FigureUnit.None));

    private void AddFigures(string text, double value)
    {
        var (figures, words) = FigureScanner.Scan(text);
        _figures.AddRange(figures);
        _words.UnionWith(words);
        var unit = figures.Count > 0 ? figures[0].Unit : FigureUnit.None;
        if (Math.Abs(value) < 1e15)
        {
            _figures.Add(new Figure(text, (decimal)value, unit, false));
        }
    }

    private void AddName(string name)
    {
        AddWords(name);
        if (name.Any(char.IsNumber))
        {
            _names.Add(name);
        }
    }

    private void AddWords(string text) =>
        _words.UnionWith(FigureScanner.Scan(text).Words.Where(static word => word.Any(char.IsLetter)));
}
