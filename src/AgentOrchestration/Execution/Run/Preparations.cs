using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Prepares subtasks before they wait for their turn: whether a condition holds, what is to be approved, and whether there is a result of equal
/// work already.
/// </summary>
/// <param name="run">The environment.</param>
/// <param name="gate">The gate.</param>
/// <param name="growth">Adds what subtasks are made of.</param>
/// <param name="caching">The result cache.</param>
/// <param name="outputs">Keeps outputs as JSON; <see langword="null"/> when they are not kept.</param>
/// <param name="reusable">The results of another run; <see langword="null"/> for none.</param>
internal sealed class Preparations(
    RunEnvironment run, RunGate gate, RunGrowth growth, ResultCaching caching, StoredOutputs? outputs, ReusableResults? reusable)
{
    /// <summary>Work must be identified when an identical subtask may be in the run, or an earlier result in the cache.</summary>
    /// <param name="graph">The plan.</param>
    /// <param name="hasCache">Whether there is a result cache.</param>
    /// <param name="whole">The graph with what the run adds.</param>
    /// <returns>Whether a subtask is prepared; <see langword="null"/> when none is.</returns>
    public static Predicate<int>? SharableIn(TaskGraph graph, bool hasCache, Func<GrowingGraph> whole)
    {
        HashSet<TaskDescriptor> sharable =
        [
            .. graph.TaskTypes
                .Where(taskType => taskType.MayShare)
                .GroupBy(taskType => taskType)
                .Where(group => group.Skip(1).Any() || (hasCache && group.Key.MayCache))
                .Select(group => group.Key),
        ];
        return sharable.Count == 0 && !graph.Part.NeedsPreparation
            ? null
            : subtask => subtask < graph.Count ? sharable.Contains(graph.TaskTypes[subtask]) : whole().TaskTypes[subtask].MayShare;
    }

    /// <summary>Prepares a subtask and reports what was found.</summary>
    public Task PrepareAsync(int subtask) => PrepareAsync(subtask, hasWaited: false);

    /// <summary>Finds out whether work of a subtask that may start early has to be done at all, and reports it.</summary>
    public async Task PrepareEarlyAsync(int subtask)
    {
        Preparation preparation;
        try
        {
            preparation = await FindOutAsync(subtask).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            preparation = new Preparation { Error = run.ErrorOf(subtask, exception) };
        }

        run.QueueOnPool(gate.Report((subtask, preparation), static (core, report, now, commands) => core.PreparedEarly(report.subtask, report.preparation, now, commands)));
    }

    /// <summary>Finds out whether the condition holds of a subtask that has started early, and reports it.</summary>
    public void CheckCondition(int subtask)
    {
        Preparation preparation;
        try
        {
            preparation = new Preparation { IsConditionFalse = !ConditionHolds(subtask) };
        }
        catch (Exception exception)
        {
            preparation = new Preparation { Error = run.ErrorOf(subtask, exception) };
        }

        run.QueueOnPool(gate.Report((subtask, preparation), static (core, report, now, commands) => core.ConditionChecked(report.subtask, report.preparation, now, commands)));
    }

    private async Task PrepareAsync(int subtask, bool hasWaited)
    {
        bool isComposite = run.Graph.SubtaskAt(subtask).IsComposite;
        Preparation preparation;
        try
        {
            preparation = ConditionHolds(subtask)
                ? isComposite ? new Preparation() : await FindOutAsync(subtask).ConfigureAwait(false)
                : new Preparation { IsConditionFalse = true };
        }
        catch (Exception exception)
        {
            preparation = new Preparation { Error = run.ErrorOf(subtask, exception) };
        }

        if (isComposite && preparation is { Error: null, IsConditionFalse: false })
        {
            growth.Expand(subtask);
        }
        else
        {
            Report(subtask, preparation, hasWaited);
        }
    }

    /// <summary>Prepares a subtask again when the attempt that it waits for has ended, or has taken too long.</summary>
    public async Task AwaitFlightAsync(int subtask)
    {
        if (await caching.AwaitFlightAsync(subtask).ConfigureAwait(false))
        {
            await PrepareAsync(subtask, hasWaited: true).ConfigureAwait(false);
        }
    }

    private void Report(int subtask, Preparation preparation, bool hasWaited) => run.QueueOnPool(gate.Report((subtask, preparation, hasWaited), static (core, report, now, commands) =>
    {
        if (report.hasWaited)
        {
            core.FlightEnded(report.subtask, report.preparation, now, commands);
        }
        else
        {
            core.Prepared(report.subtask, report.preparation, now, commands);
        }
    }));

    private bool ConditionHolds(int subtask) =>
        run.Graph.Inputs[subtask]?.Condition is not { } part || run.Graph.SubtaskAt(subtask).Condition!.Holds(run.Inputs.FindForCondition(part));

    private async ValueTask<Preparation> FindOutAsync(int subtask)
    {
        TaskDescriptor taskType = run.Graph.TaskTypes[subtask];
        string? identity = null;
        CachedOutput? cached = null;
        try
        {
            if (Kept(subtask, reusable?.Find(run.Graph, subtask, run.Inputs)) is { } reused)
            {
                // What was done is not approved again.
                return new Preparation { Cached = reused };
            }

            if (taskType.MayShare)
            {
                identity = WorkIdentity.Of(taskType, run.FixedInputs.FixToShare(subtask));
            }

            if (identity is not null)
            {
                cached = await caching.FindAsync(subtask, taskType, identity).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // Without an identity or a cache the work is simply done; what is wrong with its input shows then.
            ExecutionLog.NotShared(run.Executor.Logger, run.Shown(subtask, exception), run.RunId, run.Graph.SubtaskAt(subtask).Id);
        }

        ApprovalQuestion? question = run.Graph.Policies[subtask].RequiresApproval ? Approvals.QuestionOf(run, subtask, run.FixedInputs.Fix(subtask)) : null;
        return new Preparation { Approval = question, Identity = identity, Cached = Kept(subtask, cached) };
    }

    /// <summary>An output that was there before, unless it cannot be kept.</summary>
    private CachedOutput? Kept(int subtask, CachedOutput? found)
    {
        if (outputs is null || found is null)
        {
            return found;
        }

        object? output = found.Output;
        return outputs.TryKeep(subtask, attempt: 0, ref output, out _) ? found with { Output = output } : null;
    }
}
