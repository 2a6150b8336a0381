using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Carries out the commands that other processes have sent to a run. What follows from a command and the answer to it are written in one append, so a
/// command is carried out once, however often it is read and by whatever driver.
/// </summary>
internal sealed class RunCommands(RunEnvironment run, RunGate gate, RunGrowth growth, RunCommitter committer, RunEnd end)
{
    // Used inside the gate. What was taken and not written when the run is detached is taken by its next driver.
    private readonly HashSet<Guid> _taken = [];

    private bool _isTaking;

    public string RunId => run.RunId;

    /// <summary>Whether the run takes no commands any more.</summary>
    public bool IsOver => gate.IsClosed || end.Completion.IsCompleted;

    /// <summary>
    /// Carries out commands that have not been taken yet, on another thread: where the run just checks what it adds, by code of the application too, this waits for
    /// it, and other runs do not. While it does, the commands are only read again.
    /// </summary>
    public void TakeSoon(IReadOnlyList<RunCommand> commands)
    {
        if (Interlocked.Exchange(ref _isTaking, true))
        {
            return;
        }

        run.Executor.Workers.Queue(() =>
        {
            LocalAttempt? next = gate.Report(
                (taker: this, commands: Check(commands)),
                static (core, take, now, decided) => take.taker.Take(take.commands, core, now, decided));
            Volatile.Write(ref _isTaking, false);
            run.QueueOnPool(next);
        });
    }

    /// <summary>Outside the gate: reads and checks what others have written. What is wrong with it costs the run nothing, and its sender receives the reason.</summary>
    public IReadOnlyList<CheckedCommand> Check(IReadOnlyList<RunCommand> commands) => [.. commands.Select(Check)];

    /// <summary>Inside the gate: carries out commands that have not been taken yet.</summary>
    public void Take(IReadOnlyList<CheckedCommand> commands, DispatchCore core, long now, HostCommands decided)
    {
        foreach (CheckedCommand command in commands)
        {
            // Who waits for the answer of a run that has ended sees that it has.
            if (!core.State.IsEnded && _taken.Add(command.Command.Id))
            {
                bool counts = command.Content is { } content && Carry(content, command.Subtask, core, now, decided);
                committer.Answer(new ReplyDocument { Counts = counts, Problem = command.Problem }.To(command.Command));
                run.Executor.Workers.Queue(() => ExecutionLog.CommandTaken(run.Executor.Logger, run.RunId, command.Content?.Command, counts));
            }
        }
    }

    private CheckedCommand Check(RunCommand command)
    {
        try
        {
            CommandDocument content = CommandDocument.Read(command);
            return new CheckedCommand(command, content, content.Subtask is { } subtask ? growth.IndexOf(subtask) : -1, Problem: null);
        }
        catch (Exception exception) when (exception is RunStoreException or ArgumentException)
        {
            return new CheckedCommand(command, Content: null, Subtask: -1, Excerpt.Of(exception.Message, 1000));
        }
    }

    private static bool Carry(CommandDocument content, int subtask, DispatchCore core, long now, HostCommands decided)
    {
        switch (content.Command)
        {
            case CommandKind.Cancel:
                core.CancelRun(now, decided);
                return true;
            case CommandKind.CancelSubtask:
                core.CancelSubtask(subtask, now, decided);
                return true;
            case CommandKind.Decide:
                return core.Decided(subtask, content.Fingerprint!, content.IsApproved == true, new ApprovalAnswer(content.By, content.Reason), now, decided);
            case CommandKind.ExtendBudget:
                return core.ExtendBudget(content.Budget!.ToBudget(), now, decided);
            case CommandKind.Pause:
                return core.Pause(content.Reason, now);
            default:
                return core.Continue(now, decided);
        }
    }
}
