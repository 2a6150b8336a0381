using AgentOrchestration;
using Spectre.Console;

namespace MarketReport.Terminal;

/// <summary>
/// A plan as a tree: each subtask stands under one of those it waits for, the one that is longest to wait for; the others are named.
/// </summary>
internal static class PlanTree
{
    public static Tree Of(TaskPlan plan)
    {
        Dictionary<string, int> depths = DepthsOf(plan);
        var tree = new Tree($"[bold]Plan[/] [grey]{plan.Subtasks.Count} subtasks[/]");
        var nodes = new Dictionary<string, TreeNode>(StringComparer.Ordinal);
        foreach (Subtask subtask in plan.Subtasks.OrderBy(subtask => depths[subtask.Id]))
        {
            string? parent = subtask.DependsOn.MaxBy(id => depths[id]);
            TreeNode node = new(new Markup(Describe(subtask, parent)));
            nodes.Add(subtask.Id, node);
            _ = parent is null ? tree.AddNode(node) : nodes[parent].AddNode(node);
        }

        return tree;
    }

    private static string Describe(Subtask subtask, string? parent)
    {
        string[] others = [.. subtask.DependsOn.Where(id => id != parent)];
        string after = others.Length == 0 ? "" : $" [grey]also after {TerminalText.Of(string.Join(", ", others))}[/]";
        return $"{TerminalText.Of(subtask.Name)} [blue]{TerminalText.Of(subtask.TaskType)}[/]{after}";
    }

    /// <summary>A valid plan has no circle, so each pass settles at least one subtask.</summary>
    private static Dictionary<string, int> DepthsOf(TaskPlan plan)
    {
        var depths = new Dictionary<string, int>(StringComparer.Ordinal);
        while (depths.Count < plan.Subtasks.Count)
        {
            foreach (Subtask subtask in plan.Subtasks.Where(subtask => !depths.ContainsKey(subtask.Id) && subtask.DependsOn.All(depths.ContainsKey)).ToArray())
            {
                depths.Add(subtask.Id, subtask.DependsOn.Count == 0 ? 0 : subtask.DependsOn.Max(id => depths[id]) + 1);
            }
        }

        return depths;
    }
}
