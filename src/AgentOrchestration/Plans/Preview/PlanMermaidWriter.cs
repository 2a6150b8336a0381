using System.Globalization;
using System.Text;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Preview;

/// <summary>
/// Writes a plan as a Mermaid flowchart. Nodes have names of the writer's own, and of what somebody else wrote, letters, digits, spaces,
/// underscores and commas stand as they are and all else as a character code, so that no text can end a label or begin markup.
/// </summary>
internal sealed class PlanMermaidWriter
{
    /// <summary>A little deeper than the check allows plans to stand in each other.</summary>
    private const int MaxDepth = 10;

    private readonly StringBuilder _text = new("flowchart TD\n");

    private PlanMermaidWriter()
    {
    }

    public static string Write(TaskPlan plan)
    {
        var writer = new PlanMermaidWriter();
        writer.Write(plan, "s", depth: 1);
        return writer._text.ToString();
    }

    private void Write(TaskPlan plan, string prefix, int depth)
    {
        Dictionary<string, string> nodes = new(StringComparer.Ordinal);
        for (int i = 0; i < plan.Subtasks.Count; i++)
        {
            Subtask subtask = plan.Subtasks[i];
            string node = string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}");
            nodes.TryAdd(subtask.Id, node);
            if (subtask.Plan is { Subtasks.Count: > 0 } nested && depth < MaxDepth)
            {
                Line(depth, $"subgraph {node}[\"{Label(subtask)}\"]");
                Write(nested, node + "_", depth + 1);
                Line(depth, "end");
            }
            else
            {
                Line(depth, subtask.IsComposite ? $"{node}[[\"{Label(subtask)}\"]]" : $"{node}[\"{Label(subtask)}\"]");
            }
        }

        int own = nodes.Count;
        for (int i = 0; i < plan.Subtasks.Count; i++)
        {
            WriteEdges(plan.Subtasks[i].DependsOn, "-->", i);
            WriteEdges(plan.Subtasks[i].OptionalDependsOn, "-.->", i);
        }

        void WriteEdges(IEnumerable<string> dependencies, string arrow, int target)
        {
            foreach (string id in dependencies)
            {
                if (!nodes.TryGetValue(id, out string? source))
                {
                    source = string.Create(CultureInfo.InvariantCulture, $"{prefix}x{nodes.Count - own}");
                    nodes.Add(id, source);
                    Line(depth, $"{source}[\"{Escape(Excerpt.Of(id))}<br/>not in the plan\"]");
                }

                Line(depth, string.Create(CultureInfo.InvariantCulture, $"{source} {arrow} {prefix}{target}"));
            }
        }
    }

    private void Line(int depth, string line) => _text.Append(' ', 4 * depth).Append(line).Append('\n');

    private static string Label(Subtask subtask) =>
        $"{Escape(Excerpt.Of(subtask.Name))}<br/>{Escape(string.Join(", ", SubtaskSummary.Of(subtask).Select(text => Excerpt.Of(text))))}";

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value is ' ' or '_' or ',')
            {
                escaped.Append(rune);
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"#{rune.Value};");
            }
        }

        return escaped.ToString();
    }
}
