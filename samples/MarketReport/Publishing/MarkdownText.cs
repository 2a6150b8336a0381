using System.Text;
using System.Text.RegularExpressions;

namespace MarketReport.Publishing;

/// <summary>Makes text safe to stand in Markdown: no HTML, no links, no headings. Prose may keep its emphasis and list marks.</summary>
internal static partial class MarkdownText
{
    /// <summary>A paragraph of prose on one line.</summary>
    public static string Prose(string paragraph)
    {
        var line = Whitespace().Replace(VisibleText.Block(paragraph), " ").Trim();
        return Addresses().Replace(Escape(line, plain: false), static match => match.Value.Replace("/", "&#47;", StringComparison.Ordinal).Replace(".", "&#46;", StringComparison.Ordinal));
    }

    /// <summary>A title, a label or a cell: every mark stands for itself.</summary>
    public static string Plain(string text) =>
        Addresses().Replace(
            Escape(Whitespace().Replace(VisibleText.Block(text), " ").Trim(), plain: true),
            static match => match.Value.Replace("/", "&#47;", StringComparison.Ordinal).Replace(".", "&#46;", StringComparison.Ordinal));

    private static string Escape(string text, bool plain)
    {
        var escaped = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            var encode = character switch
            {
                '<' or '[' or ']' or '\\' or '`' => true,
                '>' or '#' or '=' => index == 0,
                '&' => Entity().IsMatch(text[index..]),
                '*' or '|' or '~' => plain,
                '_' => plain && MayEndEmphasis(text, index),
                _ => false,
            };
            if (encode)
            {
                escaped.Append("&#").Append((int)character).Append(';');
            }
            else
            {
                escaped.Append(character);
            }
        }

        return escaped.ToString();
    }

    /// <summary>An underscore after a space or within a word ends no emphasis, and without an end there is none.</summary>
    private static bool MayEndEmphasis(string text, int index) =>
        index > 0 && !char.IsWhiteSpace(text[index - 1]) && (index == text.Length - 1 || !char.IsLetterOrDigit(text[index + 1]));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();

    [GeneratedRegex(@"^&(?:#\w+|\w+);")]
    private static partial Regex Entity();

    [GeneratedRegex(@"://|www\.", RegexOptions.IgnoreCase)]
    private static partial Regex Addresses();
}
