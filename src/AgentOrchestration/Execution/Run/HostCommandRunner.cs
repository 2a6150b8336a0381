using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Execution.Run;

/// <summary>Carries out what the core decides, outside the gate.</summary>
internal sealed class HostCommandRunner(
    RunEnvironment run, RunGate gate, RunTimers timers, Preparations preparations, Joins joins, Compensations compensations, RunEnd end, CallSubmissions? calls)
{
    public void CarryOut(LocalCommand[] commands)
    {
        foreach ((HostCommand command, LocalAttempt? attempt) in commands)
        {
            switch (command.Kind)
            {
                case HostCommandKind.Prepare:
                    run.Executor.Workers.Queue(() => _ = preparations.PrepareAsync(command.Subtask));
                    break;
                case HostCommandKind.PrepareEarly:
                    run.Executor.Workers.Queue(() => _ = preparations.PrepareEarlyAsync(command.Subtask));
                    break;
                case HostCommandKind.CheckCondition:
                    run.Executor.Workers.Queue(() => preparations.CheckCondition(command.Subtask));
                    break;
                case HostCommandKind.AwaitFlight:
                    run.Executor.Workers.Queue(() => _ = preparations.AwaitFlightAsync(command.Subtask));
                    break;
                case HostCommandKind.Join:
                    run.Executor.Workers.Queue(() => joins.Join(command.Subtask));
                    break;
                case HostCommandKind.StopAttempt:
                    attempt?.Stop();
                    break;
                case HostCommandKind.WakeAttempt:
                    WakeAttempt(attempt, command.DueAt);
                    break;
                case HostCommandKind.WatchProgress:
                    WatchProgress(attempt);
                    break;
                case HostCommandKind.WakeRetry:
                    WakeAt(command.DueAt, (core, now, more) => core.RetryDue(command.Subtask, now, more));
                    break;
                case HostCommandKind.WakeRun:
                    WakeAt(command.DueAt, static (core, now, more) => core.RunDue(now, more));
                    break;
                case HostCommandKind.FollowCalls:
                    run.Executor.Workers.Queue(() => _ = calls!.FollowAsync(command.Attempt));
                    break;
                case HostCommandKind.Compensate:
                    compensations.Begin(command);
                    break;
                case HostCommandKind.StopCompensation:
                    compensations.Stop();
                    break;
                case HostCommandKind.WakeCompensation:
                    WakeAt(command.DueAt, (core, now, more) => core.CompensationDue(command.Subtask, command.Attempt, now, more));
                    break;
                case HostCommandKind.EndRun:
                    end.Complete();
                    break;
            }
        }
    }

    private void WakeAttempt(LocalAttempt? attempt, long dueAt)
    {
        if (attempt is not null)
        {
            attempt.Extras.Wake(timers.Until(dueAt), run.Executor.TimeProvider, () => OnAttemptDue(attempt));
            if (attempt.HasReturned)
            {
                attempt.Extras.End();
            }
        }
    }

    private void WatchProgress(LocalAttempt? attempt) => attempt?.Extras.WatchProgress(() => run.QueueOnPool(gate.Report(
        attempt,
        static (core, shown, now, commands) => core.Progressed(shown.Index, shown.Attempt, now, commands))));

    private void OnAttemptDue(LocalAttempt attempt)
    {
        bool wasWaitedFor = run.Core.State.IsWaitedFor(attempt.Index, attempt.Attempt);
        bool mayRetry = attempt.TaskType.Options.Retry.MayRetry(new TimeoutException());
        run.QueueOnPool(gate.Report(
            (attempt, mayRetry),
            static (core, due, now, commands) =>
                core.AttemptDue(due.attempt.Index, due.attempt.Attempt, due.attempt.Extras.LastProgress, due.mayRetry, now, commands)));
        if (wasWaitedFor && !run.Core.State.IsWaitedFor(attempt.Index, attempt.Attempt) && !attempt.HasReturned)
        {
            ExecutionLog.Abandoned(run.Executor.Logger, run.RunId, attempt.Subtask.Id);
        }
    }

    /// <summary>Reports to the core when it is time.</summary>
    private void WakeAt(long dueAt, Action<DispatchCore, long, HostCommands> report) => timers.At(
        dueAt,
        () => run.QueueOnPool(gate.Report(report, static (core, report, now, commands) =>
        {
            if (!core.State.IsEnded)
            {
                report(core, now, commands);
            }
        })));
}
