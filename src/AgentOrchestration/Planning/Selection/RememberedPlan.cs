namespace AgentOrchestration.Planning.Selection;

/// <summary>A plan that was run, as far as it is remembered.</summary>
/// <param name="Words">The words of its goal, each once.</param>
/// <param name="TaskTypes">The names of its task types, each once.</param>
internal sealed record RememberedPlan(string[] Words, string[] TaskTypes)
{
    private const int MostWords = 256;
    private const int MostTaskTypes = 32;
    private const int DeepestPlan = 8;

    /// <summary>Gets what distinguishes it from others.</summary>
    public string Key { get; } = $"{string.Join(' ', Words)}\n{string.Join(' ', TaskTypes)}";

    public static RememberedPlan Of(TaskPlan plan) => new(
        [.. SearchText.WordsOf(plan.Goal.AsSpan(0, Math.Min(plan.Goal.Length, TaskTypeSelector.LongestText))).Distinct(StringComparer.Ordinal).Take(MostWords)],
        [.. TypesOf(plan, DeepestPlan).Distinct(StringComparer.Ordinal).Take(MostTaskTypes)]);

    private static IEnumerable<string> TypesOf(TaskPlan plan, int deepest) => plan.Subtasks.SelectMany(subtask =>
        subtask.Plan is { } nested ? deepest > 1 ? TypesOf(nested, deepest - 1) : [] : [subtask.TaskType]);
}
