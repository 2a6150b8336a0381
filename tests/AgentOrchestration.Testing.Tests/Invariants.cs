using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>What holds in every run, whatever happens in whatever order.</summary>
internal static class Invariants
{
    public static void Check(Chaos chaos, SimulatedRun run)
    {
        EndsOnce(run);
        FoldsToItsResult(run);
        StartsAfterDependencies(run);
        StaysWithinLimits(chaos, run);
        KeepsOnlyCurrentResults(run);
        StartsNothingAfterStop(run);
        SkipsOnlyForCauses(chaos, run);
        UndoesInReverse(run);
        GivesEverythingBack(run);
    }

    private static void EndsOnce(SimulatedRun run)
    {
        Assert.IsType<RunStarted>(run.Events[0]);
        Assert.IsType<RunEnded>(run.Events[^1]);
        Assert.Single(run.Events, next => next is RunEnded);
        Assert.Equal(
            run.Result.Subtasks.Select(subtask => subtask.Subtask.Id).Order(StringComparer.Ordinal),
            run.Events.OfType<SubtaskEvent>().Where(IsEnd).Select(next => next.SubtaskId).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(run.Events, next => next is SubtaskFailed { Error.Kind: "RunStalled" });
    }

    private static void FoldsToItsResult(SimulatedRun run)
    {
        RunSnapshot fold = RunSnapshot.Fold(run.Events);
        Assert.Equal(run.Result.Outcome, fold.Outcome);
        Assert.Equal(run.Result.Subtasks.Select(subtask => (subtask.State, subtask.Attempts)), fold.Subtasks.Select(subtask => (subtask.State, subtask.Attempts)));
        RunEvent[] facts = [.. run.Events.Where(next => next is not SubtaskTick)];
        Assert.Equal(Enumerable.Range(0, facts.Length).Select(index => (long)index), facts.Select(next => next.Sequence));
        Assert.Equal(run.Events.Select(next => next.Time).Order(), run.Events.Select(next => next.Time));
    }

    private static void StartsAfterDependencies(SimulatedRun run)
    {
        HashSet<string> ended = [];
        HashSet<string> succeeded = [];
        HashSet<string> added = [];
        foreach (SubtaskEvent next in run.Events.OfType<SubtaskEvent>())
        {
            if (next is SubtasksAdded { Subtasks: var subtasks })
            {
                added.UnionWith(subtasks.Select(subtask => subtask.Id));
            }

            if (next is AttemptStarted)
            {
                if (run.Result[next.SubtaskId].Subtask is { TaskType: not "pure" } changing)
                {
                    string[] awaited = [.. changing.DependsOn.Concat(changing.OptionalDependsOn).Where(id => !changing.Id.StartsWith($"{id}/", StringComparison.Ordinal))];
                    Assert.DoesNotContain(added.Except(ended), id => awaited.Any(dependency => id.StartsWith($"{dependency}/", StringComparison.Ordinal)));
                }

                Assert.Subset(succeeded, run.Result[next.SubtaskId].Subtask.DependsOn.ToHashSet());
                Assert.Subset(ended, run.Result[next.SubtaskId].Subtask.OptionalDependsOn.ToHashSet());
                Assert.DoesNotContain(next.SubtaskId, ended);
            }

            if (IsEnd(next))
            {
                ended.Add(next.SubtaskId);
            }

            if (next is SubtaskSucceeded)
            {
                succeeded.Add(next.SubtaskId);
            }
        }
    }

    private static void StaysWithinLimits(Chaos chaos, SimulatedRun run)
    {
        Assert.All(run.Result.Subtasks, subtask => Assert.InRange(subtask.Attempts, 0, chaos.MaxAttempts));
        Ledger ledger = run.Services.GetRequiredService<Ledger>();
        Assert.InRange(ledger.MostLicences, 0, Chaos.Licences);
        Assert.InRange(ledger.MostTimed, 0, 2);
        Assert.Empty(ledger.Doubled);
        HashSet<string> running = [];
        foreach (SubtaskEvent next in run.Events.OfType<SubtaskEvent>())
        {
            if (next is AttemptStarted)
            {
                running.Add(next.SubtaskId);
                Assert.InRange(running.Count, 1, chaos.MaxParallelism);
            }
            else if (next is AttemptFailed or AttemptAbandoned || IsEnd(next))
            {
                running.Remove(next.SubtaskId);
            }
        }

        if (chaos.Budget is { WhenExhausted: not BudgetAction.Ask } budget)
        {
            Assert.InRange(run.Events.OfType<AttemptStarted>().Count(), 0, budget.MaxAttempts!.Value);
        }
    }

    /// <summary>An output names the attempt that made it.</summary>
    private static void KeepsOnlyCurrentResults(SimulatedRun run)
    {
        Dictionary<string, int> attempts = [];
        HashSet<(string, int)> timedOut = [];
        foreach (SubtaskEvent next in run.Events.OfType<SubtaskEvent>())
        {
            switch (next)
            {
                case AttemptStarted started:
                    Assert.Equal(attempts.GetValueOrDefault(started.SubtaskId) + 1, started.Attempt);
                    attempts[started.SubtaskId] = started.Attempt;
                    break;
                case AttemptTimedOut late:
                    timedOut.Add((late.SubtaskId, late.Attempt));
                    break;
                case SubtaskSucceeded { Origin: OutputOrigin.Executed } succeeded:
                    Assert.Equal($"{succeeded.SubtaskId}/{attempts[succeeded.SubtaskId]}", succeeded.Output);
                    Assert.DoesNotContain((succeeded.SubtaskId, succeeded.Attempt), timedOut);
                    break;
                case SubtaskSucceeded { Origin: OutputOrigin.Shared } shared:
                    Assert.Equal(run.Result[shared.SharedWith!].Output, shared.Output);
                    break;
            }
        }
    }

    private static void StartsNothingAfterStop(SimulatedRun run) =>
        Assert.DoesNotContain(run.Events.SkipWhile(next => next is not StopRequested), next => next is AttemptStarted);

    private static void SkipsOnlyForCauses(Chaos chaos, SimulatedRun run)
    {
        foreach (SubtaskSnapshot skipped in run.Result.Skipped.Where(subtask => subtask.SkipReason is SkipReason.Failed or SkipReason.Cancelled))
        {
            if (run.Result.Run.StopReason is null)
            {
                Assert.Contains(
                    skipped.Subtask.DependsOn,
                    id => WithAdded(run, id).Any(cause => cause.State is SubtaskState.Failed or SubtaskState.Skipped or SubtaskState.Cancelled));
            }
        }

        if (chaos.OnlyFailuresSkip)
        {
            Assert.All(run.Result.Subtasks, subtask => Assert.True(
                subtask.State is SubtaskState.Succeeded or SubtaskState.Failed
                || subtask.Subtask.DependsOn.Any(id => WithAdded(run, id).Any(cause => cause.State != SubtaskState.Succeeded))));
        }
    }

    /// <summary>A subtask and what it has added, which its dependants may wait for.</summary>
    private static IEnumerable<SubtaskSnapshot> WithAdded(SimulatedRun run, string id) =>
        run.Result.Subtasks.Where(subtask => subtask.Subtask.Id == id || subtask.Subtask.Id.StartsWith($"{id}/", StringComparison.Ordinal));

    private static void UndoesInReverse(SimulatedRun run)
    {
        string[] done = [.. run.Events.OfType<SubtaskSucceeded>().Where(next => next.Attempt > 0 && run.Result[next.SubtaskId].Subtask.TaskType == "undone").Select(next => next.SubtaskId)];
        string[] undone = [.. run.Events.OfType<CompensationStarted>().Where(next => next.Attempt == 1).Select(next => next.SubtaskId)];
        if (undone.Length > 0)
        {
            Assert.Equal(done.Reverse(), undone);
        }

        Assert.Equal(undone.Length, run.Events.Count(next => next is SubtaskCompensated or CompensationFailed { RetryAt: null }));
        Assert.Empty(undone.Except(done));
    }

    private static void GivesEverythingBack(SimulatedRun run)
    {
        Assert.Equal(0, run.Services.GetRequiredService<Ledger>().Open);
        Assert.All(run.Services.GetRequiredService<IResourceManager>().Snapshot(), pool => Assert.Equal(0, pool.InUse));
    }

    private static bool IsEnd(RunEvent next) => next is SubtaskSucceeded or SubtaskFailed or SubtaskSkipped or SubtaskCancelled;
}
