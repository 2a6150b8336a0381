using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using static AgentOrchestration.Tests.Scheduling.Dispatch.DispatchPromises;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

/// <summary>What a run keeps to that has added subtasks, whatever happens: wholes end as their parts do, and what comes after them waits.</summary>
internal static class GrowthPromises
{
    public static void NoWaitIsInACircle(AdversarialRun run)
    {
        GrowingGraph graph = run.Graph;
        int[] before = [.. Enumerable.Range(0, graph.Count).Select(subtask => WaitsNoMore(run, subtask) ? graph.Dependencies[subtask].Length + graph.PartsOf(subtask).Count() : graph.Before(subtask).Count())];
        Queue<int> next = new(Enumerable.Range(0, graph.Count).Where(subtask => before[subtask] == 0));
        int reached = 0;
        for (; next.TryDequeue(out int subtask); reached++)
        {
            foreach (int successor in Successors(run, subtask))
            {
                if (--before[successor] == 0)
                {
                    next.Enqueue(successor);
                }
            }
        }

        Assert.Equal(graph.Count, reached);
    }

    public static int[] Successors(AdversarialRun run, int subtask) =>
    [
        .. run.Graph.PlannedSuccessors(subtask), .. run.Graph.AddedSuccessors(subtask) ?? [],
        .. run.Graph.Ends.WaitersFor(subtask).Select(waiter => waiter.Subtask).Distinct().Where(waiter => !WaitsNoMore(run, waiter)),
    ];

    /// <summary>Whether a subtask has ended without having begun: it has not waited to the end.</summary>
    public static bool WaitsNoMore(AdversarialRun run, int subtask) =>
        run.Core.State.StateOf(subtask) is SubtaskState.Skipped or SubtaskState.Cancelled && run.Core.State.AttemptOf(subtask) == 0;

    /// <summary>
    /// A subtask that is made of others ends after them, except where the run stops or somebody cancels it. An item that may fail is no failure, one
    /// that may not is never hidden, and a condition within a plan skips nothing of the plan but what it guards.
    /// </summary>
    public static void WholesEndAsTheirPartsDo(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        Dictionary<string, SubtasksAdded> wholes = events.OfType<SubtasksAdded>().Where(added => added.IsJoined).ToDictionary(added => added.SubtaskId);
        HashSet<string> ended = [];
        bool isStopped = false;
        foreach (RunEvent next in events)
        {
            isStopped |= next is StopRequested;
            if (next is not SubtaskEvent fact || !IsEnd(fact))
            {
                continue;
            }

            ended.Add(fact.SubtaskId);
            if (!wholes.TryGetValue(fact.SubtaskId, out SubtasksAdded? whole) || whole.Sequence > fact.Sequence)
            {
                continue;
            }

            if (!isStopped && fact is not SubtaskCancelled)
            {
                Assert.All(whole.Subtasks, part => Assert.True(ended.Contains(part.Id), $"{fact.SubtaskId} ended before its part {part.Id}."));
            }

            Subtask subtask = run.Graph.SubtaskAt(run.Graph.IndexOf(fact.SubtaskId)!.Value);
            int failed = whole.Subtasks.Count(part => run.Core.State.StateOf(run.Graph.IndexOf(part.Id)!.Value) == SubtaskState.Failed);
            switch (fact)
            {
                case SubtaskSkipped skipped:
                    Assert.False(skipped.Reason == SkipReason.Failed && skipped.Cause.StartsWith($"{fact.SubtaskId}/", StringComparison.Ordinal), $"{fact.SubtaskId} hides the error of {skipped.Cause}.");
                    Assert.NotEqual(SkipReason.Condition, skipped.Reason);
                    break;
                case SubtaskFailed { Error.Kind: "ItemsFailed" }:
                    Assert.True(subtask.IsForEach && failed > 0);
                    break;
                case SubtaskFailed { Error.Kind: "PartsFailed" } inner:
                    Assert.Equal(SubtaskState.Failed, run.Core.State.StateOf(run.Graph.IndexOf(inner.Error.Message.Split('\'')[1])!.Value));
                    break;
                case SubtaskSucceeded when subtask.IsForEach:
                    Assert.True(failed <= subtask.OnItemFailure.MaxFailures, $"{failed} items of {fact.SubtaskId} have failed, and it succeeded.");
                    break;
            }
        }
    }

    /// <summary>
    /// What waits for everything that its dependencies add starts after all of it, except what comes after it itself. The ids say what comes from
    /// what.
    /// </summary>
    public static void AdditionsAreAwaited(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        HashSet<string> open = [];
        foreach (RunEvent next in events)
        {
            switch (next)
            {
                case SubtasksAdded added:
                    open.UnionWith(added.Subtasks.Select(subtask => subtask.Id));
                    break;
                case AttemptStarted { Attempt: 1, IsEarly: false }:
                case AttemptConfirmed:
                    AssertAwaited(run, run.Graph.IndexOf(((SubtaskEvent)next).SubtaskId)!.Value, open);
                    break;
                case SubtaskEvent fact when IsEnd(fact):
                    open.Remove(fact.SubtaskId);
                    break;
            }
        }
    }

    public static void AssertAwaited(AdversarialRun run, int subtask, HashSet<string> open)
    {
        Subtask waiter = run.Graph.SubtaskAt(subtask);
        if (!WaitsForAdded(run, subtask))
        {
            return;
        }

        foreach (string dependency in waiter.DependsOn.Concat(waiter.OptionalDependsOn).Where(id => !waiter.Id.StartsWith($"{id}/", StringComparison.Ordinal)))
        {
            foreach (string added in open.Where(id => id.StartsWith($"{dependency}/", StringComparison.Ordinal) && id != waiter.Id))
            {
                // What somebody has cancelled ends at once, its parts when their code has returned.
                Assert.True(IsOfCancelled(run, added) || ComesAfter(run, run.Graph.IndexOf(added)!.Value, subtask), $"{waiter.Id} started before {added}, which {dependency} has added.");
            }
        }
    }

    public static bool IsOfCancelled(AdversarialRun run, string id)
    {
        for (int slash = id.LastIndexOf('/'); slash > 0; slash = id.LastIndexOf('/'))
        {
            id = id[..slash];
            if (run.Core.State.StateOf(run.Graph.IndexOf(id)!.Value) == SubtaskState.Cancelled)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What was skipped or cancelled waits for nothing any more; but what was added meanwhile came after it, and so after what it waited for.</summary>
    private static IEnumerable<int> OnceAwaitedBy(AdversarialRun run, int subtask)
    {
        Subtask waiter = run.Graph.SubtaskAt(subtask);
        if (run.Core.State.StateOf(subtask) is not (SubtaskState.Skipped or SubtaskState.Cancelled) || !WaitsForAdded(run, subtask))
        {
            return [];
        }

        string[] dependencies = [.. waiter.DependsOn.Concat(waiter.OptionalDependsOn).Where(id => !waiter.Id.StartsWith($"{id}/", StringComparison.Ordinal))];
        return Enumerable.Range(0, run.Graph.Count).Where(other => Array.Exists(dependencies, id => run.Graph.SubtaskAt(other).Id.StartsWith($"{id}/", StringComparison.Ordinal)));
    }

    private static bool WaitsForAdded(AdversarialRun run, int subtask) =>
        run.Graph.Additions.With(subtask) is not { IsJoined: true }
        && (run.Graph.SubtaskAt(subtask).WaitsForAdded ?? run.Graph.TaskTypes[subtask].Effect is TaskEffect.Write or TaskEffect.Irreversible);

    public static bool ComesAfter(AdversarialRun run, int subtask, int earlier)
    {
        GrowingGraph graph = run.Graph;
        HashSet<int> seen = [subtask];
        Stack<int> up = new(seen);
        while (up.TryPop(out int next))
        {
            if (next == earlier)
            {
                return true;
            }

            IEnumerable<int> before = graph.Dependencies[next].Concat(graph.AwaitedBy(next)).Concat(graph.PartsOf(next));
            before = graph.Additions.With(next) is { Parent: >= 0 and var parent } ? before.Concat(graph.Dependencies[parent]).Concat(graph.AwaitedBy(parent)) : before;
            foreach (int other in before.Concat(OnceAwaitedBy(run, next)).Where(seen.Add))
            {
                up.Push(other);
            }
        }

        return false;
    }
}
