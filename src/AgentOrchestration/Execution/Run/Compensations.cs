using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Execution.Run;

/// <summary>Compensates subtasks, one at a time.</summary>
internal sealed class Compensations(LocalRun owner, RunEnvironment run, RunGate gate)
{
    /// <summary>The try that began last; <see langword="null"/> for none.</summary>
    public LocalCompensation? Current { get; private set; }

    /// <summary>Begins a try.</summary>
    public void Begin(HostCommand command)
    {
        // Made here, so that a stop that follows finds this try and no other.
        var compensation = new LocalCompensation(owner, command.Subtask, command.Attempt);
        Current = compensation;
        run.Executor.Workers.Queue(() => _ = CompensateAsync(compensation, command));
    }

    /// <summary>Asks the code of the current try to stop.</summary>
    public void Stop() => Current?.Stop();

    private TimeSpan TimeoutOf(int subtask) => run.Graph.Policies[subtask].Timeout ?? run.Options.CompensationTimeout;

    private async Task CompensateAsync(LocalCompensation compensation, HostCommand command)
    {
        run.RestoreContext();
        var deadline = new CodeDeadline(run.Flow, command.Subtask, run.Flow.Now!() + TimeoutOf(command.Subtask).Ticks, lastEnd: null) { IsAfterRun = true };
        CodeDeadline.Enter(deadline);
        run.Secrets.Enter();
        SubtaskError? error = await compensation.RunAsync().ConfigureAwait(false) is { } exception ? run.ErrorOf(command.Subtask, exception) : null;
        run.Secrets.Leave();
        deadline.End();
        compensation.End();
        run.QueueOnPool(gate.Report(
            (command, error),
            static (core, report, now, commands) => core.Compensated(report.command.Subtask, report.command.Attempt, report.error, now, commands)));
    }
}
