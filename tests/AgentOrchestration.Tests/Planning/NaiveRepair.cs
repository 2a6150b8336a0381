using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Tests.Planning;

/// <summary>Repairs a plan in the simplest way: every question is answered by looking at all subtasks. For plans whose references hold no names.</summary>
internal sealed partial class NaiveRepair(TaskPlan plan)
{
    public static TaskPlan Of(TaskPlan plan)
    {
        var naive = new NaiveRepair(plan);
        var named = plan with { Subtasks = [.. plan.Subtasks.Select(subtask => subtask with { DependsOn = [.. subtask.DependsOn.Select(id => naive.Meant(subtask, id)).Distinct()] })] };
        var complete = named with { Subtasks = [.. named.Subtasks.Select(subtask => subtask with { DependsOn = [.. subtask.DependsOn, .. naive.Missing(subtask)] })] };
        return new NaiveRepair(complete).WithoutContradictions();
    }

    private string Meant(Subtask by, string text)
    {
        string trimmed = text.Trim();
        Subtask[] meant = [.. plan.Subtasks.Where(other => other.Id == trimmed || other.Name.Trim() == trimmed)];
        return plan.Subtasks.Any(other => other.Id == text) || meant.Length != 1 || meant[0].Id == by.Id || Count(meant[0].Id) != 1 || !Id().IsMatch(meant[0].Id) ? text : meant[0].Id;
    }

    private IEnumerable<string> Missing(Subtask subtask) =>
        References(subtask).Distinct().Where(id => id != subtask.Id && Count(id) == 1 && !subtask.DependsOn.Contains(id));

    private TaskPlan WithoutContradictions()
    {
        bool hasCircle = plan.Subtasks.Any(subtask => Reaches(subtask.Id, subtask.Id, other => other.DependsOn.Where(id => id != other.Id), []));
        bool hasCircleOfUse = plan.Subtasks.Any(subtask => Reaches(subtask.Id, subtask.Id, References, []));
        return !hasCircle || hasCircleOfUse ? plan : plan with
        {
            Subtasks = [.. plan.Subtasks.Select(subtask => subtask with
            {
                DependsOn = [.. subtask.DependsOn.Where(id => References(subtask).Contains(id) || id == subtask.Id || Count(id) != 1 || Count(subtask.Id) != 1 || !Reaches(id, subtask.Id, References, []))],
            })],
        };
    }

    /// <summary>Whether a subtask waits for another, directly or not.</summary>
    private bool Reaches(string from, string to, Func<Subtask, IEnumerable<string>> next, HashSet<string> seen) =>
        Count(from) == 1 && next(plan.Subtasks.Single(subtask => subtask.Id == from)).Any(id => id == to || (seen.Add(id) && Reaches(id, to, next, seen)));

    private int Count(string id) => plan.Subtasks.Count(subtask => subtask.Id == id);

    private static IEnumerable<string> References(Subtask subtask) =>
        subtask.Arguments is { } arguments ? Reference().Matches(JsonSerializer.Serialize(arguments)).Select(match => match.Groups[1].Value) : [];

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex Id();

    [GeneratedRegex("""\{"\$output":"([^"/]*)""")]
    private static partial Regex Reference();
}
