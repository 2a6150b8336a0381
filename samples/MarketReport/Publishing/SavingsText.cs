using System.Globalization;
using AgentOrchestration;
using AgentOrchestration.Results;
using MarketReport.Facts;

namespace MarketReport.Publishing;

/// <summary>What the run asked of models, and what it need not ask because an earlier run had the answer.</summary>
internal static class SavingsText
{
    public static string Used(RunSavings savings) => Describe(savings.Spent);

    /// <returns><see langword="null"/> when nothing was saved.</returns>
    public static string? Saved(RunSavings savings)
    {
        int subtasks = savings.Avoided.Sum(item => item.Subtasks);
        if (subtasks == 0)
        {
            return null;
        }

        string time = savings.ModelledMakespanWithout is { } without && without > savings.Makespan
            ? $"; without them the run would have taken {RunSection.Duration(without)} instead of {RunSection.Duration(savings.Makespan)} (modelled)"
            : "";
        return $"{Describe(savings.Net)}: {FigureText.Count(subtasks, "subtask has its result", "subtasks have their results")} from an earlier run{time}";
    }

    private static string Describe(UsageTotal usage)
    {
        long tokens = usage.InputTokens + usage.OutputTokens;
        string calls = FigureText.Count((int)usage.Calls, "call of the model", "calls of the model");
        return tokens == 0 ? calls : $"{calls}, {tokens.ToString("N0", CultureInfo.InvariantCulture)} tokens";
    }
}
