using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Starts subtasks before they are ready, with what nobody else wants: a worker and resources that no ready subtask of this or another run waits for. How many
/// may not have come to use is bounded by a share of the run's attempts.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="candidates">Which subtasks may start early.</param>
/// <param name="ready">The subtasks that wait for their turn.</param>
/// <param name="budget">What attempts may use.</param>
/// <param name="gate">Whether anything may start.</param>
/// <param name="limits">The limits of attempts.</param>
/// <param name="batches">How many workers are busy.</param>
/// <param name="gates">What becomes of the attempts.</param>
/// <param name="order">Whether a schedule decides what starts when.</param>
/// <param name="stops">How many attempts are abandoned.</param>
/// <param name="mayShare">Whether a subtask's work may be shared or cached, so that it must be identified before it runs; <see langword="null"/> for none.</param>
internal sealed class EarlyStarts(
    DispatchContext context, EarlyCandidates candidates, ReadyQueue ready, BudgetGate budget, StartGate gate, AttemptLimits limits, BatchFormer batches, EarlyGates gates, StartOrder order, AttemptStops stops, Predicate<int>? mayShare)
{
    /// <summary>How many are looked at in vain at a time.</summary>
    private const int MostInVain = 16;

    private readonly HashSet<int> _preparing = [];
    private readonly HashSet<int> _prepared = [];
    private readonly List<int> _inVain = [];

    /// <summary>Asked when an attempt is about to start early, with the time: whether nobody else does the same work. Default: nobody does.</summary>
    public Func<int, long, bool>? MayBegin { get; set; }

    /// <summary>Starts what may start early now.</summary>
    public void Dispatch(long now, HostCommands commands)
    {
        if (candidates.Count == 0
            || context.State.Stop is not null
            || (context.State.IsPlanOpen && !context.Options.AwaitsApproval)
            || !budget.AllowsExtra
            || budget.NotStarting is not null
            || gate.IsClosed
            || order.IsScheduled
            || stops.AbandonedForRetries >= context.Options.MaxAbandoned
            || !IsReadyServed)
        {
            return;
        }

        while (batches.BusyWorkers + context.Waits.Coming < context.Options.MaxParallelism && IsWithinShare() && _inVain.Count < MostInVain && candidates.TryTake(out int subtask))
        {
            if (mayShare?.Invoke(subtask) == true && !_prepared.Contains(subtask))
            {
                _preparing.Add(subtask);
                commands.Add(new HostCommand(HostCommandKind.PrepareEarly, subtask));
            }
            else if (!gates.IsDoneByOthers(subtask) && !TryBegin(subtask, now, commands))
            {
                _inVain.Add(subtask);
            }
        }

        _inVain.ForEach(candidates.Return);
        _inVain.Clear();
    }

    /// <summary>The host has found out about a subtask that may start early. One whose result is known, or that nothing can be found out about, does not.</summary>
    /// <returns>Whether it or, in its place, another may start now.</returns>
    public bool Prepared(int subtask, Preparation preparation)
    {
        if (!_preparing.Remove(subtask))
        {
            return false;
        }

        if (preparation is { Error: null, Cached: null })
        {
            _prepared.Add(subtask);
            gates.Identify(subtask, preparation.Identity);
            candidates.Return(subtask);
        }

        return true;
    }

    /// <summary>Whether every ready subtask has what it can get: none waits for a worker, and what waits for resources gets them first.</summary>
    private bool IsReadyServed => ready.Count == 0 || ready.IsAllParked;

    /// <summary>Whether one more attempt may not come to use; the first always may.</summary>
    private bool IsWithinShare()
    {
        int unproven = (context.State.Early?.Unproven ?? 0) + _preparing.Count;
        return unproven + 1 <= Math.Max(1, context.Options.Extra.EarlyShare * (context.State.AttemptsStarted + 1));
    }

    private bool TryBegin(int subtask, long now, HostCommands commands)
    {
        if (context.Waits.Openers?.IsKnown(subtask, now) == false || MayBegin?.Invoke(subtask, now) == false)
        {
            return false;
        }

#pragma warning disable CA2000 // The lease leaves with the command; the host releases it when the attempt's code has returned.
        if (!ready.TryTakeSpare(subtask, mayTakeResources: context.Waits.Coming == 0, out ResourceLease? lease))
#pragma warning restore CA2000
        {
            return false;
        }

        budget.Reserve(subtask, attempt: 1);
        context.Waits.End(subtask, WaitReason.Plan);
        context.Record(new RunFact(RunFactKind.AttemptStarted, now, subtask, attempt: 1, detail: 1));
        gates.Begin(subtask);
        context.Waits.Openers?.Begin(subtask, attempt: 1, now, commands);
        commands.Start(subtask, attempt: 1, lease, limits.Begin(subtask, attempt: 1, now, commands), batch: null, isEarly: true);
        return true;
    }
}
