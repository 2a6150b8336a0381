using System.Text.RegularExpressions;

namespace MarketReport.Reading;

/// <summary>Brings the month names of several languages to those that .NET reads.</summary>
internal static partial class MonthNames
{
    private static readonly string[] English = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>English, German, French, Spanish, Italian, Portuguese and Dutch; each name is known by its abbreviations and in full.</summary>
    private static readonly string[][] Names =
    [
        ["jan", "january", "januar", "jänner", "janv", "janvier", "ene", "enero", "gen", "gennaio", "janeiro", "januari"],
        ["feb", "february", "februar", "févr", "fév", "fevr", "février", "febrero", "febbraio", "fev", "fevereiro", "februari"],
        ["mar", "march", "mär", "mrz", "märz", "mars", "marzo", "março", "mrt", "maart"],
        ["apr", "april", "avr", "avril", "abr", "abril", "aprile"],
        ["may", "mai", "mayo", "mag", "maggio", "maio", "mei"],
        ["jun", "june", "juni", "juin", "junio", "giu", "giugno", "junho"],
        ["jul", "july", "juli", "juil", "juillet", "julio", "lug", "luglio", "julho"],
        ["aug", "august", "août", "aout", "ago", "agosto", "augustus"],
        ["sep", "sept", "september", "septembre", "septiembre", "set", "settembre", "setembro"],
        ["oct", "october", "okt", "oktober", "octobre", "octubre", "ott", "ottobre", "out", "outubro"],
        ["nov", "november", "novembre", "noviembre", "novembro"],
        ["dec", "december", "dez", "dezember", "déc", "décembre", "dic", "diciembre", "dicembre", "dezembro"],
    ];

    private static readonly Dictionary<string, string> Known = Names
        .SelectMany(static (names, month) => names.Select(name => (name, English[month])))
        .ToDictionary(static entry => entry.name, static entry => entry.Item2, StringComparer.OrdinalIgnoreCase);

    /// <summary>The text with its one month name in English; <see langword="null"/> if it holds another word.</summary>
    public static string? ToEnglish(string text)
    {
        var known = true;
        var translated = Word().Replace(text, match =>
        {
            known &= Known.TryGetValue(match.Value, out var month);
            return month ?? match.Value;
        });
        return known ? translated : null;
    }

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Word();
}
