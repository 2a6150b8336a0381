using System.Reflection;

namespace AgentOrchestration.Tests.Tables;

/// <summary>A table of a Markdown file: its rows without the header, each with its cells.</summary>
internal sealed record MarkdownTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Reads the tables of a file that is embedded in this assembly, in their order.</summary>
    public static IReadOnlyList<MarkdownTable> Read(string resource)
    {
        using Stream content = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{resource} is not embedded.");
        using var reader = new StreamReader(content);
        List<MarkdownTable> tables = [];
        List<IReadOnlyList<string>> lines = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('|'))
            {
                lines.Add([.. line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries)]);
            }
            else
            {
                End();
            }
        }

        End();
        return tables;

        void End()
        {
            if (lines.Count > 0)
            {
                // The second line is only a rule.
                tables.Add(new MarkdownTable(lines[0], [.. lines.Skip(2)]));
                lines.Clear();
            }
        }
    }
}
