using System.Globalization;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>All goals in one table: how often each is met, and where it is missed by most.</summary>
internal static class GoalTable
{
    public static string Describe(IEnumerable<Goal> goals)
    {
        var table = new MarkdownTable("of", "goal", "met in", "worst figure", "limit", "at");
        foreach (IGrouping<(string Of, string Text), Goal> same in goals.GroupBy(goal => (goal.Of, goal.Text)))
        {
            Goal worst = same.MaxBy(goal => goal.Figure / goal.Limit)!;
            table.Add(
                same.Key.Of, same.Key.Text, $"{same.Count(goal => goal.IsMet)} of {same.Count()}{(same.All(goal => goal.IsMet) ? "" : ", **not met**")}",
                Number(worst.Figure), Number(worst.Limit), worst.At);
        }

        return table.ToString();
    }

    private static string Number(double value) => value.ToString(value < 10 ? "0.###" : "N0", CultureInfo.InvariantCulture);
}
