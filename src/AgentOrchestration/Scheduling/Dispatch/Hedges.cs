using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Starts a second attempt beside one that has shown no progress for longer than nearly all of its task type need, if the end of the run waits for it and nobody
/// else wants what it takes. The first of both to succeed gives the output; the other is asked to stop, and is waited for no longer than other code.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="watch">The attempts that have shown no progress.</param>
/// <param name="ready">The subtasks that wait for their turn.</param>
/// <param name="batches">The workers.</param>
/// <param name="budget">What attempts may use.</param>
/// <param name="gate">Whether anything may start.</param>
/// <param name="limits">The time limits of attempts.</param>
/// <param name="stops">The attempts that were asked to stop.</param>
internal sealed class Hedges(
    DispatchContext context, HedgeWatch watch, ReadyQueue ready, BatchFormer batches, BudgetGate budget, StartGate gate, AttemptLimits limits, AttemptStops stops)
{
    // The earliest time at which the host was asked to report, of those that are still to come.
    private long _wakesAt = long.MaxValue;

    /// <summary>Asked with the subtask and the attempt: whether the host knows a reason against a second one. Default: it knows none.</summary>
    public Func<int, int, bool>? MayHedge { get; set; }

    /// <summary>Starts what is to start now, and has itself called again when it is time.</summary>
    public void Start(long now, HostCommands commands)
    {
        if (context.State.Stop is not null || context.State.Open == 0)
        {
            return;
        }

        while (watch.TryTakeLate(now, out int subtask, out int attempt))
        {
#pragma warning disable CA2000 // The lease leaves with the command; the host releases it when the attempt's code has returned.
            if (MayStart(subtask, attempt, now) && ready.TryTakeSpare(subtask, mayTakeResources: context.Waits.Preparing == 0, out ResourceLease? lease))
#pragma warning restore CA2000
            {
                Begin(subtask, attempt, lease, now, commands);
            }
        }

        _wakesAt = _wakesAt <= now ? long.MaxValue : _wakesAt;
        if (watch.NextLook() is var next && next < _wakesAt)
        {
            _wakesAt = next;
            commands.WakeRunAt(next);
        }
    }

    private bool MayStart(int subtask, int attempt, long now) =>
        watch.IsAnyLeft
        && ready.Count == 0
        && batches.BusyWorkers < context.Options.MaxParallelism
        && context.State.IsCurrent(subtask, attempt)
        && context.State.BesideOf(subtask, attempt) == 0
        && context.State.EarlyOf(subtask) is null
        && context.Graph.Policies[subtask].ChangesNothing
        && !stops.Contains(subtask, attempt)
        && stops.Abandoned < Math.Max(1, context.Options.MaxAbandoned)
        && limits.MayBegin(subtask, now)
        && !gate.IsClosed
        && budget.NotStarting is null
        && budget.AllowsExtra
        && watch.IsWorthwhile(subtask, attempt, now)
        && MayHedge?.Invoke(subtask, attempt) != false;

    private void Begin(int subtask, int original, ResourceLease? lease, long now, HostCommands commands)
    {
        int attempt = context.State.AttemptOf(subtask) + 1;
        context.Record(new RunFact(RunFactKind.AttemptStarted, now, subtask, attempt, payload: new HedgeMark(original)));
        budget.Reserve(subtask, attempt);
        commands.Start(subtask, attempt, lease, limits.Begin(subtask, attempt, now, commands), batch: null, hedgeOf: original);
        watch.BeginHedge(subtask, attempt, now, commands);
    }
}
