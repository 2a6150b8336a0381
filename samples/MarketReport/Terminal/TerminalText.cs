using System.Globalization;
using MarketReport.Publishing;
using Spectre.Console;

namespace MarketReport.Terminal;

/// <summary>Puts texts of models, files and errors on the screen: neither markup nor control characters in them act. Nothing else writes such texts.</summary>
internal static class TerminalText
{
    /// <summary>A text as it may stand in markup.</summary>
    public static string Of(string? text) => Markup.Escape(VisibleText.Line(text ?? ""));

    /// <summary>Writes a line. Only the format is markup.</summary>
    public static void WriteMarkup(this IAnsiConsole console, FormattableString line)
    {
        object?[] texts = [.. line.GetArguments().Select(argument => argument is string text ? Of(text) : argument)];
        console.MarkupLine(string.Format(CultureInfo.InvariantCulture, line.Format, texts));
    }
}
