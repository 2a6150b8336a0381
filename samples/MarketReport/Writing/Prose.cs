using System.Text;
using System.Text.RegularExpressions;
using MarketReport.Facts;

namespace MarketReport.Writing;

/// <summary>Checks a text of a model, and puts the facts into it. The model writes {{fact_id}} where a figure belongs.</summary>
internal static partial class Prose
{
    private const string PlaceholderMark = "\uE000";

    public static ProseFindings Check(string text, IEnumerable<Fact> facts, IEnumerable<string>? names = null)
    {
        var byId = Index(facts);
        var known = new KnownFigures(byId.Values, names ?? []);
        var findings = ProseBlock.Split(Cleaned(text)).Select(block => Check(block.Text, byId, known)).ToList();
        return new ProseFindings(
            findings.SelectMany(static finding => finding.UnknownPlaceholders).Distinct(StringComparer.Ordinal).ToList(),
            findings.SelectMany(static finding => finding.ForeignFigures).Distinct(StringComparer.Ordinal).ToList());
    }

    public static FilledProse Fill(string text, IEnumerable<Fact> facts, IEnumerable<string>? names = null)
    {
        var byId = Index(facts);
        var known = new KnownFigures(byId.Values, names ?? []);
        var paragraphs = new List<string>();
        var leftOut = new List<LeftOutSentence>();
        var number = 0;
        foreach (var block in ProseBlock.Split(Cleaned(text)))
        {
            var kept = new List<string>();
            foreach (var sentence in Sentences.Split(block.Text))
            {
                var findings = Check(sentence, byId, known);
                if (findings.IsClean)
                {
                    kept.Add(Fill(sentence, byId));
                }
                else
                {
                    leftOut.Add(new LeftOutSentence(sentence, Reason(findings)));
                }
            }

            if (kept.Count == 0)
            {
                continue;
            }

            number = block.Kind == ProseBlockKind.NumberedItem ? number + 1 : 0;
            paragraphs.Add(Mark(block.Kind, number) + string.Join(' ', kept));
        }

        return new FilledProse(paragraphs, leftOut);
    }

    private static Dictionary<string, Fact> Index(IEnumerable<Fact> facts)
    {
        var byId = new Dictionary<string, Fact>(StringComparer.Ordinal);
        foreach (var fact in facts)
        {
            byId.TryAdd(fact.Id, fact);
        }

        return byId;
    }

    /// <summary>Control and format characters could hide a figure or a mark from the check.</summary>
    private static string Cleaned(string text) => Invisible().Replace(text, "");

    private static ProseFindings Check(string text, Dictionary<string, Fact> facts, KnownFigures known)
    {
        var unknown = new List<string>();
        var foreign = new List<string>();
        foreach (Match placeholder in Placeholder().Matches(text))
        {
            if (!facts.TryGetValue(placeholder.Groups["id"].Value, out var fact))
            {
                unknown.Add(placeholder.Groups["id"].Value);
            }
            else if (IsAltered(text, placeholder, fact))
            {
                foreign.Add(text[Math.Max(0, placeholder.Index - 1)..Math.Min(text.Length, placeholder.Index + placeholder.Length + 12)].Trim());
            }
        }

        var rest = Placeholder().Replace(text, PlaceholderMark);
        unknown.AddRange(Brace().Matches(rest).Select(static brace => brace.Value));
        foreign.AddRange(known.ForeignIn(rest));
        return new ProseFindings(unknown, foreign);
    }

    /// <summary>Digits, a sign, a scale or another unit beside a placeholder make another figure of it.</summary>
    private static bool IsAltered(string text, Match placeholder, Fact fact)
    {
        if (fact.Value is null)
        {
            return false;
        }

        var before = text[..placeholder.Index];
        var end = placeholder.Index + placeholder.Length;
        var after = text[end..];
        if (JoinedBefore().IsMatch(before) || JoinedAfter().IsMatch(after))
        {
            return true;
        }

        var (unit, hasScale) = FigureScanner.UnitAt(text, end);
        return hasScale || (unit != FigureUnit.None && unit != UnitOf(fact));
    }

    private static FigureUnit UnitOf(Fact fact) =>
        fact.Text.EndsWith('%') ? FigureUnit.Percent
        : fact.Text.EndsWith("percentage points", StringComparison.Ordinal) ? FigureUnit.PercentagePoints
        : FigureUnit.None;

    private static string Fill(string sentence, Dictionary<string, Fact> facts)
    {
        var filled = new StringBuilder(sentence.Length);
        var start = 0;
        foreach (Match placeholder in Placeholder().Matches(sentence))
        {
            var fact = facts[placeholder.Groups["id"].Value];
            filled.Append(sentence, start, placeholder.Index - start);
            filled.Append(filled.ToString().All(static character => character is '*' or '_') ? FigureText.Capitalized(fact.Text) : fact.Text);
            start = placeholder.Index + placeholder.Length;
            if (UnitOf(fact) != FigureUnit.None && RepeatedUnit().Match(sentence, start) is { Success: true } repeated)
            {
                start += repeated.Length;
            }
        }

        return filled.Append(sentence, start, sentence.Length - start).ToString();
    }

    private static string Reason(ProseFindings findings) => findings.ForeignFigures.Count > 0
        ? $"figure not computed: {string.Join(", ", findings.ForeignFigures)}"
        : $"placeholder of no fact: {string.Join(", ", findings.UnknownPlaceholders)}";

    private static string Mark(ProseBlockKind kind, int number) => kind switch
    {
        ProseBlockKind.Bullet => "- ",
        ProseBlockKind.NumberedItem => $"{number}. ",
        _ => "",
    };

    [GeneratedRegex(@"\{\{\s*(?<id>[^{}]*?)\s*\}\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"[{}]+")]
    private static partial Regex Brace();

    [GeneratedRegex(@"(?:\p{N}[.,]?|\}\}[.,]?|(?:^|[\s(])[-−–+])$")]
    private static partial Regex JoinedBefore();

    [GeneratedRegex(@"^(?:[.,]?\p{N}|\{\{)")]
    private static partial Regex JoinedAfter();

    [GeneratedRegex(@"\G[\s\u00A0]*(?:%|percentage points?\b|percent\b|per cent\b)", RegexOptions.IgnoreCase)]
    private static partial Regex RepeatedUnit();

    [GeneratedRegex(@"[\p{Cf}\p{Co}\p{Cn}\p{Cs}]|[\p{Cc}-[\r\n\t]]")]
    private static partial Regex Invisible();
}
