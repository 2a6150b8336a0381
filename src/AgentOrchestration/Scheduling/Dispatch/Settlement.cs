using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>After something has happened: follows every consequence to its end, starts what can start, and ends the run when nothing is left.</summary>
/// <param name="context">The run.</param>
/// <param name="admission">Takes what has become ready.</param>
/// <param name="gates">What becomes of attempts that started early.</param>
/// <param name="dispatcher">Starts what can start.</param>
/// <param name="subtasks">Ends subtasks.</param>
/// <param name="stalls">Ends what cannot continue.</param>
/// <param name="stops">Stops the run.</param>
/// <param name="compensation">What follows a run that has not succeeded.</param>
/// <param name="hedges">Starts second attempts; <see langword="null"/> when there are none.</param>
internal sealed class Settlement(
    DispatchContext context, Admission admission, EarlyGates gates, Dispatcher dispatcher, SubtaskOutcomes subtasks, Stalls stalls, RunStops stops, Compensation compensation, Hedges? hedges)
{
    private bool _isMomentOpen;

    /// <summary>Until <see cref="EndMoment"/> nothing is followed and nothing starts.</summary>
    public void BeginMoment() => _isMomentOpen = true;

    public void EndMoment() => _isMomentOpen = false;

    /// <summary>Follows every consequence to its end, then starts what can start; both again as long as one leads to the other.</summary>
    public void Settle(long now, HostCommands commands)
    {
        if (_isMomentOpen)
        {
            return;
        }

        if (stops.IsTimeUp(now))
        {
            stops.EndTime(now, commands);
        }

        bool mayMoreStart;
        do
        {
            FollowConsequences(now, commands);
            context.Deferrals?.CountUnused(now);
            Dispatch(now, commands);
            if (dispatcher.HasDeparted(now))
            {
                Dispatch(now, commands);
            }

            mayMoreStart = stalls.Fail(now);
        }
        while (mayMoreStart || context.Consequences.Any || subtasks.StopsRun);

        hedges?.Start(now, commands);
        if (context.State.Open == 0 && context.State.Outrun == 0 && !context.State.IsPlanOpen && !compensation.IsRunning && !compensation.Begin(now, commands))
        {
            End(now, commands);
        }
    }

    /// <summary>Ends the run.</summary>
    public void End(long now, HostCommands commands)
    {
        if (!context.State.IsEnded)
        {
            context.Deferrals?.CountUnused(now);
            context.Record(new RunFact(RunFactKind.RunEnded, now, detail: (byte)context.State.Outcome));
            dispatcher.StopWaiting();
            commands.Add(new HostCommand(HostCommandKind.EndRun));
        }
    }

    private void FollowConsequences(long now, HostCommands commands)
    {
        while (true)
        {
            if (context.Consequences.Skipped.TryPop(out (int Subtask, SkipCause Cause) skipped))
            {
                if (context.State.StateOf(skipped.Subtask) == SubtaskState.Pending)
                {
                    subtasks.Skip(skipped.Subtask, skipped.Cause, now);
                }
                else if (context.State.EarlyOf(skipped.Subtask) is not null)
                {
                    gates.Close(skipped.Subtask, skipped.Cause, now, commands);
                }
            }
            else if (context.State.Early?.Outdated.TryDequeue(out int outdated) == true)
            {
                gates.GiveUp(outdated, now, commands);
            }
            else if (context.Consequences.Ready.TryDequeue(out int subtask))
            {
                if (admission.Admit(subtask, now, commands) && (context.Consequences.Any || subtasks.StopsRun || !dispatcher.TryStartAlone(subtask, now, commands)))
                {
                    context.Waits.Enqueue(subtask);
                }
            }
            else if (subtasks.StopsRun)
            {
                stops.Stop(StopReason.Failure, new SkipCause(subtasks.TakeFailure(), SkipReason.RunStopped), now, commands);
            }
            else
            {
                return;
            }
        }
    }

    private void Dispatch(long now, HostCommands commands)
    {
        if (dispatcher.Dispatch(now, commands) is { } limit)
        {
            stops.Exhaust(limit, now, commands);
        }
    }
}
