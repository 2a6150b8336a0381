using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Carries out the commands that other processes have sent to a run. What follows from a command and the answer to it are written in one append, so a
/// command is carried out once, however often it is read and whoever drives the run.
/// </summary>
internal sealed class RunCommands(RunEnvironment run, RunGate gate, RunGrowth growth, RunCommitter committer, RunEnd end)
{
    // Used inside the gate. What was taken and not written when the run is detached is taken by its next driver.
    private readonly HashSet<Guid> _taken = [];

    public string RunId => run.RunId;

    /// <summary>Whether the run takes no commands any more.</summary>
    public bool IsOver => gate.IsClosed || end.Completion.IsCompleted;

    /// <summary>Carries out commands that have not been taken yet. Returns without waiting for what follows.</summary>
    public void Take(IReadOnlyList<RunCommand> commands) => run.QueueOnPool(gate.Report(
        (taker: this, commands),
        static (core, take, now, decided) => take.taker.Take(take.commands, core, now, decided)));

    /// <summary>Inside the gate: carries out commands that have not been taken yet.</summary>
    public void Take(IReadOnlyList<RunCommand> commands, DispatchCore core, long now, HostCommands decided)
    {
        foreach (RunCommand command in commands)
        {
            // Who waits for the answer of a run that has ended sees that it has.
            if (!core.State.IsEnded && _taken.Add(command.Id))
            {
                committer.Answer(Carry(command, core, now, decided).To(command));
            }
        }
    }

    private ReplyDocument Carry(RunCommand command, DispatchCore core, long now, HostCommands decided)
    {
        try
        {
            CommandDocument content = CommandDocument.Read(command);
            ExecutionLog.CommandTaken(run.Executor.Logger, run.RunId, content.Command);
            return new ReplyDocument { Counts = Carry(content, core, now, decided) };
        }
        catch (Exception exception) when (exception is RunStoreException or ArgumentException)
        {
            // It is somebody else's text: it costs the run nothing, and its sender is told.
            return new ReplyDocument { Counts = false, Problem = Excerpt.Of(exception.Message, 1000) };
        }
    }

    private bool Carry(CommandDocument content, DispatchCore core, long now, HostCommands decided)
    {
        switch (content.Command)
        {
            case CommandKind.Cancel:
                core.CancelRun(now, decided);
                return true;
            case CommandKind.CancelSubtask:
                core.CancelSubtask(growth.IndexOf(content.Subtask!), now, decided);
                return true;
            case CommandKind.Decide:
                return core.Decided(
                    growth.IndexOf(content.Subtask!), content.Fingerprint!, content.IsApproved == true, new ApprovalAnswer(content.By, content.Reason), now, decided);
            case CommandKind.ExtendBudget:
                return core.ExtendBudget(content.Budget!.ToBudget(), now, decided);
            case CommandKind.Pause:
                return core.Pause(content.Reason, now);
            case CommandKind.Continue:
                return core.Continue(now, decided);
            default:
                throw new ArgumentException($"This version of the library does not know the command {content.Command}.");
        }
    }
}
