using System.Globalization;
using System.Text.RegularExpressions;

namespace MarketReport.Writing;

/// <summary>A paragraph or an item of a list, without the marks around it.</summary>
internal sealed partial record ProseBlock(ProseBlockKind Kind, string Text)
{
    /// <summary>Splits a text as Markdown would. A number that does not count on from the one before is no list number but text.</summary>
    public static List<ProseBlock> Split(string text)
    {
        var blocks = new List<ProseBlock>();
        var open = false;
        var lastNumber = 0;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var content = Quote().Replace(line, "").Trim();
            if (content.Length == 0 || Rule().IsMatch(content))
            {
                open = false;
                continue;
            }

            if (Heading().Match(content) is { Success: true } heading)
            {
                blocks.Add(new ProseBlock(ProseBlockKind.Paragraph, heading.Groups["text"].Value));
                open = false;
                lastNumber = 0;
            }
            else if (Numbered().Match(content) is { Success: true } numbered && IsNext(numbered, ref lastNumber))
            {
                blocks.Add(new ProseBlock(ProseBlockKind.NumberedItem, numbered.Groups["text"].Value));
                open = true;
            }
            else if (Bullet().Match(content) is { Success: true } bullet)
            {
                blocks.Add(new ProseBlock(ProseBlockKind.Bullet, bullet.Groups["text"].Value));
                open = true;
            }
            else if (open)
            {
                blocks[^1] = blocks[^1] with { Text = blocks[^1].Text + " " + content };
            }
            else
            {
                blocks.Add(new ProseBlock(ProseBlockKind.Paragraph, content));
                open = true;
            }
        }

        return blocks;
    }

    private static bool IsNext(Match numbered, ref int lastNumber)
    {
        var number = int.Parse(numbered.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        if (number != lastNumber + 1 && number != 1)
        {
            return false;
        }

        lastNumber = number;
        return true;
    }

    [GeneratedRegex(@"^\s*(?:>\s?)+")]
    private static partial Regex Quote();

    [GeneratedRegex(@"^(?:[\s|:*_=\-]+|```.*|~~~.*)$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^#{1,6}\s+(?<text>.*?)\s*#*$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^(?<number>[0-9]{1,2})[.)]\s+(?<text>.+)$")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^[-*+•]\s+(?<text>.+)$")]
    private static partial Regex Bullet();
}
