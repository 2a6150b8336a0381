using System.Text;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Preview;

/// <summary>
/// Writes a plan as a tree of text: what is wanted at the top, beneath each subtask what it needs. A subtask that several need has one line
/// of its own and is referred to after that. Takes any plan, also one that the check would refuse.
/// </summary>
internal sealed class PlanTreeWriter
{
    /// <summary>A chain of a thousand would be indented by a thousand otherwise: what is deeper continues at the margin.</summary>
    private const int MaxDepth = 24;

    private readonly StringBuilder _text = new();
    private readonly Stack<PlanTreeEntry> _open = [];
    private readonly Queue<PlanTreeEntry> _below = [];

    private PlanTreeWriter()
    {
    }

    public static string Write(TaskPlan plan) => new PlanTreeWriter().WriteAll(plan);

    private string WriteAll(TaskPlan plan)
    {
        var scope = new PlanTreeScope(plan);
        _text.Append(plan.Goal.Length == 0 ? "plan" : Excerpt.Of(plan.Goal)).Append('\n');
        Push(RootsOf(scope), "", depth: 1);
        WriteOpen();
        while (_below.TryDequeue(out PlanTreeEntry next))
        {
            next.Scope.Shown.Remove(next.Index!.Value);
            Push([next], "", depth: 1);
            WriteOpen();
        }

        return _text.ToString();
    }

    private static IEnumerable<PlanTreeEntry> RootsOf(PlanTreeScope scope) =>
        scope.Roots.Select(index => new PlanTreeEntry(scope, scope.Plan.Subtasks[index].Id, index));

    private void Push(IEnumerable<PlanTreeEntry> entries, string indent, int depth)
    {
        bool isLast = true;
        foreach (PlanTreeEntry entry in entries.Reverse())
        {
            _open.Push(entry with { Indent = indent, Depth = depth, IsLast = isLast });
            isLast = false;
        }
    }

    private void WriteOpen()
    {
        while (_open.TryPop(out PlanTreeEntry entry))
        {
            _text.Append(entry.Indent).Append(entry.IsLast ? "└─ " : "├─ ").Append(entry.IsOptional ? "(optional) " : "");
            Write(entry);
            _text.Append('\n');
        }
    }

    private void Write(PlanTreeEntry entry)
    {
        if (entry.Id is not { } id)
        {
            TaskPlan plan = entry.Scope.Plan;
            _text.Append(plan.Goal.Length == 0 ? "plan" : $"plan: {Excerpt.Of(plan.Goal)}");
            PushUnder(entry, RootsOf(entry.Scope));
            return;
        }

        _text.Append(Excerpt.Of(id));
        if (entry.Index is not { } index)
        {
            _text.Append(" (not in the plan)");
        }
        else if (entry.Scope.Shown.TryGetValue(index, out string? where))
        {
            _text.Append(" (see ").Append(where).Append(')');
        }
        else if (entry.Depth >= MaxDepth && HasMore(entry.Scope.Plan.Subtasks[index]))
        {
            entry.Scope.Shown.Add(index, "below");
            _text.Append(" (see below)");
            _below.Enqueue(entry with { IsOptional = false });
        }
        else
        {
            entry.Scope.Shown.Add(index, "above");
            Write(entry, entry.Scope.Plan.Subtasks[index]);
        }
    }

    private static bool HasMore(Subtask subtask) => subtask.Plan is not null || subtask.DependsOn.Count + subtask.OptionalDependsOn.Count > 0;

    private void Write(PlanTreeEntry entry, Subtask subtask)
    {
        _text.Append(subtask.Name == subtask.Id ? "" : $": {Excerpt.Of(subtask.Name)}")
            .Append(" (").AppendJoin(", ", SubtaskSummary.Of(subtask).Select(text => Excerpt.Of(text))).Append(')');
        List<PlanTreeEntry> under = [];
        if (subtask.Plan is { } nested)
        {
            under.Add(new PlanTreeEntry(new PlanTreeScope(nested), Id: null, Index: null));
        }

        under.AddRange(subtask.DependsOn.Select(id => new PlanTreeEntry(entry.Scope, id, entry.Scope.IndexOf(id))));
        under.AddRange(subtask.OptionalDependsOn.Select(id => new PlanTreeEntry(entry.Scope, id, entry.Scope.IndexOf(id)) { IsOptional = true }));
        PushUnder(entry, under);
    }

    private void PushUnder(PlanTreeEntry entry, IEnumerable<PlanTreeEntry> under) =>
        Push(under, entry.Indent + (entry.IsLast ? "   " : "│  "), entry.Depth + 1);
}
