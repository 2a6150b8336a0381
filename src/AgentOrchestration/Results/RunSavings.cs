using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Prices;

namespace AgentOrchestration;

/// <summary>
/// Holds what a run has spent and what it need not spend because work was done before, with the base of each figure: <see cref="Spent"/> plus what was
/// avoided minus what was extra is what the run would have spent if each subtask had done its work itself, as far as usage is recorded.
/// </summary>
/// <example>
/// <code>
/// RunSavings savings = run.GetSavings();
/// Console.WriteLine($"Spent {savings.Spent.Cost}, saved {savings.Net.Cost}.");
/// foreach (SavingsItem item in savings.Avoided)
/// {
///     Console.WriteLine($"{item.Reason}: {item.Subtasks} subtasks, {item.Usage.Calls} calls, of which {item.Estimated.Calls} are estimated.");
/// }
/// </code>
/// </example>
public sealed record RunSavings
{
    /// <summary>Gets what the attempts of the run used, those that failed included.</summary>
    /// <value>The default value is empty.</value>
    public UsageTotal Spent { get; init; } = new();

    /// <summary>Gets what making the plan used. It is not part of <see cref="Spent"/>.</summary>
    /// <value>By the reports of the endpoints, or estimated where they report nothing. The default value is empty.</value>
    public UsageTotal Planning { get; init; } = new();

    /// <summary>Gets what compiling answers of the result used so far. It is not part of <see cref="Spent"/>.</summary>
    /// <value>The default value is empty.</value>
    public UsageTotal Compiling { get; init; } = new();

    /// <summary>Gets what the run did not use, by reason.</summary>
    /// <value>One item for each reason that occurred. The default value is empty.</value>
    public IReadOnlyList<SavingsItem> Avoided { get; init; } = [];

    /// <summary>Gets what the run used beside what was needed, by reason.</summary>
    /// <value>One item for each reason that occurred. The default value is empty.</value>
    public IReadOnlyList<SavingsItem> Extra { get; init; } = [];

    /// <summary>Gets what was avoided minus what was extra.</summary>
    /// <value>Negative when there was more that was extra.</value>
    public UsageTotal Net => Sum(Avoided).Minus(Sum(Extra));

    /// <summary>Gets the time from the first start of an attempt to the last end of one.</summary>
    /// <value>Zero when no attempt ran.</value>
    public TimeSpan Makespan { get; init; }

    /// <summary>
    /// Gets the makespan of the same run in which each subtask does its work itself. It is modelled: the run is played again in virtual time, with the
    /// recorded durations and what this process has of resources and workers.
    /// </summary>
    /// <value>
    /// <see langword="null"/> when nothing was avoided, the run has not succeeded, a duration is not known, as of calls that a batch endpoint answered, or nobody can play it again.
    /// </value>
    public TimeSpan? ModelledMakespanWithout { get; init; }

    /// <summary>Computes what a run has saved.</summary>
    /// <param name="run">The run so far.</param>
    /// <param name="prices">The prices of now; <see langword="null"/>: what is recorded is taken at the prices of then.</param>
    internal static RunSavings Of(RunSnapshot run, PriceTable? prices)
    {
        var avoided = new SavingsSum(run, prices);
        var extra = new SavingsSum(run, prices);
        foreach (ExtraAttempts attempts in run.Subtasks.Select(static subtask => subtask.Extra).OfType<ExtraAttempts>().Where(static attempts => attempts.IsEarlyDropped))
        {
            extra.Add(SavingsReason.Early, attempts.DroppedUsage);
        }

        foreach (SubtaskSnapshot subtask in run.Subtasks.Where(subtask => subtask is { State: SubtaskState.Succeeded, Subtask.IsComposite: false }))
        {
            // A further reason has its place here: an enum member, and where its subtasks are recognized.
            SavingsReason? reason = subtask.Origin switch
            {
                OutputOrigin.Shared => SavingsReason.Shared,
                OutputOrigin.Flight => SavingsReason.Flight,
                OutputOrigin.Cached => SavingsReason.Cached,
                OutputOrigin.Reused => SavingsReason.Reused,
                _ => null,
            };
            if (reason is { } known)
            {
                avoided.Add(known, subtask, times: 1);
            }

            if (subtask is { SurvivedInterruptions: > 0, Origin: not OutputOrigin.Fallback })
            {
                avoided.Add(SavingsReason.Resumed, subtask, subtask.SurvivedInterruptions);
            }
        }

        foreach (IGrouping<string, SubtaskSnapshot> twins in run.Subtasks.Where(static subtask => subtask.FailedWith is not null).GroupBy(static subtask => subtask.FailedWith!, StringComparer.Ordinal))
        {
            avoided.AddFailed(SavingsReason.Shared, run.Subtasks.First(subtask => subtask.Subtask.Id == twins.Key), twins.Count());
        }

        foreach (SubtaskSnapshot subtask in run.Subtasks)
        {
            avoided.AddBatched(subtask.Usage, subtask.UnusedUsage);
            if (subtask.UnusedUsage != TaskUsage.None)
            {
                extra.Add(SavingsReason.UnusedAnswer, subtask.UnusedUsage);
            }
        }

        foreach (HedgedPair pair in run.Subtasks.SelectMany(static subtask => subtask.Hedges).Where(static pair => pair.IsExtra))
        {
            extra.Add(SavingsReason.Hedge, pair.ExtraUsage, isKnown: pair.ExtraUsage is not null || pair.NeededUsage is null);
        }

        return new RunSavings
        {
            Spent = UsageTotal.Of(run.Usage),
            Planning = PlanningOf(run.Plan),
            Avoided = avoided.Items,
            Extra = extra.Items,
            Makespan = RunTiming.Of(run).Makespan,
        };
    }

    private static UsageTotal Sum(IReadOnlyList<SavingsItem> items) => items.Aggregate(new UsageTotal(), static (sum, item) => sum.Plus(item.Usage));

    private static UsageTotal PlanningOf(TaskPlan plan) => plan.Planning is { } used
        ? UsageTotal.Of(new TaskUsage(used.InputTokens, used.OutputTokens, used.Cost) { Models = used.Models })
        : new UsageTotal();
}
