using System.Text;

namespace AgentOrchestration.Benchmarks.Tables;

/// <summary>A table in Markdown.</summary>
internal sealed class MarkdownTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        StringBuilder text = new StringBuilder()
            .Append("| ").AppendJoin(" | ", columns).Append(" |\n")
            .Append('|').AppendJoin('|', columns.Select(_ => "---")).Append("|\n");
        foreach (string[] row in _rows)
        {
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        }

        return text.ToString();
    }
}
