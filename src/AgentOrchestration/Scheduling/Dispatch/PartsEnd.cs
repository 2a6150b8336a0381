using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Decides how a subtask that is made of others ends, by how these have ended.</summary>
internal static class PartsEnd
{
    private const int MaxListed = 5;
    private const int LongestMessage = 200;

    /// <summary>Returns the error of a subtask whose parts have failed, or the reason why it is skipped with them.</summary>
    /// <returns>Neither, when an output can be made of what the parts gave.</returns>
    public static (SubtaskError? Error, SkipCause? Skip) Of(RunState state, int whole)
    {
        if (ErrorOf(state, whole) is { } error)
        {
            return (error, null);
        }

        int[] lost = [.. LostPartsOf(state, whole).Where(part => !IsOpen(state, part))];
        return lost.Length > state.Graph.SubtaskAt(whole).OnItemFailure.MaxFailures ? (null, state.CauseOf(lost[0])) : (null, null);
    }

    /// <summary>Returns the error of a subtask of whose parts more have failed than may, also while others are open.</summary>
    public static SubtaskError? ErrorOf(RunState state, int whole)
    {
        int[] lost = [.. LostPartsOf(state, whole).Where(part => !IsOpen(state, part))];
        int[] failed = [.. lost.Select(part => FailureOf(state, part)).Where(part => part >= 0).Distinct()];
        Subtask subtask = state.Graph.SubtaskAt(whole);
        if (failed.Length == 0 || lost.Length <= subtask.OnItemFailure.MaxFailures)
        {
            return null;
        }

        int count = state.Graph.PartsOf(whole).Count();
        string listed = string.Join("; ", failed.Take(MaxListed).Select(part => Describe(state, part)));
        string more = failed.Length > MaxListed ? $"; and {failed.Length - MaxListed} more" : "";
        return subtask.IsForEach
            ? new SubtaskError("ItemsFailed", $"{failed.Length} of {count} items failed{Allowed(subtask.OnItemFailure)}: {listed}{more}.")
            : new SubtaskError("PartsFailed", $"{failed.Length} of the {count} subtasks of its plan failed: {listed}{more}.");
    }

    /// <summary>
    /// Returns why a subtask gets none of what it refers to in a plan within the plan: a condition has skipped what makes it, so the condition guards
    /// this subtask too.
    /// </summary>
    public static SkipCause? OfInput(RunState state, int subtask)
    {
        if (state.Graph.Inputs[subtask] is not { } binding)
        {
            return null;
        }

        foreach (OutputSource source in binding.List is { } list ? binding.Sources.Append(list) : binding.Sources)
        {
            if (!source.IsOptional && source.Path.Length > 0 && SkippedPart(state, source) is { } cause)
            {
                return cause;
            }
        }

        return null;
    }

    private static SkipCause? SkippedPart(RunState state, OutputSource source)
    {
        int whole = source.Subtask;
        foreach (string name in JsonPointer.Segments(source.Path))
        {
            Subtask subtask = state.Graph.SubtaskAt(whole);
            if (subtask.Plan is null || state.Graph.IndexOf($"{subtask.Id}/{name}") is not { } part || !state.Graph.IsPart(part, whole))
            {
                return null;
            }

            if (state.StateOf(part) == SubtaskState.Skipped)
            {
                return state.CauseOf(part);
            }

            whole = part;
        }

        return null;
    }

    /// <summary>The parts that the output would need and that have none; what a condition has skipped is not needed.</summary>
    private static IEnumerable<int> LostPartsOf(RunState state, int whole)
    {
        bool isForEach = state.Graph.SubtaskAt(whole).IsForEach;
        foreach (int part in state.Graph.PartsOf(whole))
        {
            if (state.StateOf(part) != SubtaskState.Succeeded
                && (isForEach || (state.Graph.Additions.IsLast(part) && !(state.StateOf(part) == SubtaskState.Skipped && state.CauseOf(part).Reason == SkipReason.Condition))))
            {
                yield return part;
            }
        }
    }

    private static bool IsOpen(RunState state, int subtask) => state.StateOf(subtask) is SubtaskState.Pending or SubtaskState.Ready or SubtaskState.Running;

    /// <summary>The subtask that failed when a part is lost: the part, or what it was skipped for; -1 when nothing did.</summary>
    private static int FailureOf(RunState state, int part)
    {
        int cause = state.StateOf(part) == SubtaskState.Skipped ? state.CauseOf(part).Subtask : part;
        return cause >= 0 && state.StateOf(cause) == SubtaskState.Failed ? cause : -1;
    }

    private static string Describe(RunState state, int failed)
    {
        SubtaskError? error = state.LatestErrorOf(failed);
        return $"'{state.Graph.SubtaskAt(failed).Id}': {error?.Kind}: {Excerpt.Of(error?.Message.TrimEnd('.') ?? "", LongestMessage)}";
    }

    private static string Allowed(ItemFailurePolicy policy) => policy.ListsErrors ? $", and {policy.MaxFailures} may" : "";
}
