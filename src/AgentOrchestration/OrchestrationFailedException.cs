using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration;

/// <summary>The exception that is thrown when an answer is requested from a run that did not succeed.</summary>
/// <example>
/// <code>
/// try
/// {
///     ReportDocument report = await orchestrator.RunAsync&lt;ReportDocument&gt;(plan, cancellationToken);
/// }
/// catch (OrchestrationFailedException exception)
/// {
///     foreach (SubtaskSnapshot failed in exception.Result.Failed)
///     {
///         Console.Error.WriteLine($"{failed.Subtask.Id}: {failed.Error?.Message}");
///     }
/// }
/// </code>
/// </example>
public sealed class OrchestrationFailedException : Exception
{
    private const int FailuresShown = 20;
    private const int LongestMessage = 1_000;

    internal OrchestrationFailedException(RunResult result)
        : base(Describe(result), result.Failed.FirstOrDefault()?.Error?.Exception) => Result = result;

    /// <summary>Gets the result of the run: what failed and why, and the outputs of all subtasks that succeeded.</summary>
    /// <value>The result of a run that did not succeed.</value>
    public RunResult Result { get; }

    private static string Describe(RunResult result)
    {
        SubtaskSnapshot[] failed = [.. result.Failed];
        IEnumerable<string> failures = failed.Take(FailuresShown).Select(failed => $"{Environment.NewLine}  {failed.Subtask.Id}: {Excerpt.Of(failed.Error?.Message ?? "", LongestMessage)}");
        string more = failed.Length > FailuresShown ? $"{Environment.NewLine}  and {failed.Length - FailuresShown} more" : "";
        string counts = string.Join(", ", result.Subtasks
            .GroupBy(subtask => subtask.State)
            .OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}"));
        string how = result.Outcome == RunOutcome.Cancelled ? "was cancelled" : result.Run.DeadlineOf is { } owner ? $"was stopped at the deadline of {owner}, in whose code it was started" : "failed";
        return $"The run {result.Run.RunId} {how}: {counts}.{string.Concat(failures)}{more}";
    }
}
