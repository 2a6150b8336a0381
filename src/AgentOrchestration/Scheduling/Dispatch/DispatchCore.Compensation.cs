using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Undoes what succeeded, one subtask after another, in reverse order of completion.</summary>
internal sealed partial class DispatchCore
{
    private const int FewestCompensationAttempts = 3;

    private Stack<int>? _undo;
    private bool _undoneOnce;
    private int _undoing = -1;
    private int _undoAttempt;
    private long _undoRetryAt;
    private bool _undoToldToStop;

    /// <summary>The code that undoes a subtask has returned.</summary>
    public void Compensated(int subtask, int attempt, SubtaskError? error, long now, HostCommands commands)
    {
        if (!IsUndoing(subtask, attempt))
        {
            return;
        }

        if (error is null)
        {
            State.Apply(new RunFact(RunFactKind.SubtaskCompensated, now, subtask, attempt), _consequences);
            UndoNext(now, commands);
        }
        else
        {
            CompensationFailed(subtask, attempt, _undoToldToStop ? CompensationTimeout() : error, mayRetry: true, now, commands);
        }

        Settle(now, commands);
    }

    /// <summary>It is time to look at the code that undoes a subtask.</summary>
    public void CompensationDue(int subtask, int attempt, long now, HostCommands commands)
    {
        if (_undoing != subtask || _undoAttempt != attempt)
        {
            return;
        }

        if (_undoRetryAt > 0)
        {
            if (now >= _undoRetryAt)
            {
                StartCompensation(attempt + 1, now, commands);
            }
        }
        else if (!_undoToldToStop)
        {
            _undoToldToStop = true;
            commands.Add(new HostCommand(HostCommandKind.StopCompensation, subtask) { Attempt = attempt });
            WakeCompensationAt(now + _options.CancellationGracePeriod.Ticks, commands);
        }
        else
        {
            // Its code still runs: another try beside it would undo twice.
            CompensationFailed(subtask, attempt, CompensationTimeout(), mayRetry: false, now, commands);
            Settle(now, commands);
        }
    }

    private bool IsUndoing(int subtask, int attempt) => _undoing == subtask && _undoAttempt == attempt && _undoRetryAt == 0;

    /// <returns>Whether there is something to undo.</returns>
    private bool BeginCompensation(long now, HostCommands commands)
    {
        if (_options.FailurePolicy != FailurePolicy.Compensate || _undoneOnce || State.IsEnded || !State.HasNotSucceeded)
        {
            return false;
        }

        _undoneOnce = true;
        _undo = new Stack<int>(State.Completions.Where(subtask => State.AttemptOf(subtask) > 0 && Graph.TaskTypes[subtask].IsCompensable));
        UndoNext(now, commands);
        return _undo is not null;
    }

    private void UndoNext(long now, HostCommands commands)
    {
        if (_undo!.TryPop(out _undoing))
        {
            StartCompensation(attempt: 1, now, commands);
        }
        else
        {
            _undoing = -1;
            _undo = null;
        }
    }

    private void StartCompensation(int attempt, long now, HostCommands commands)
    {
        _undoAttempt = attempt;
        _undoRetryAt = 0;
        _undoToldToStop = false;
        State.Apply(new RunFact(RunFactKind.CompensationStarted, now, _undoing, attempt), _consequences);
        commands.Add(new HostCommand(HostCommandKind.Compensate, _undoing) { Attempt = attempt });
        WakeCompensationAt(now + (Graph.Policies[_undoing].Timeout ?? _options.CompensationTimeout).Ticks, commands);
    }

    private void CompensationFailed(int subtask, int attempt, SubtaskError error, bool mayRetry, long now, HostCommands commands)
    {
        RetryOptions retry = Graph.Policies[subtask].Retry;
        bool retries = mayRetry && attempt < Math.Max(Graph.Policies[subtask].MaxAttempts, FewestCompensationAttempts);
        long retryAt = retries ? now + Math.Max(1, RetryBackoff.PauseAfter(retry, ~_seed, subtask, attempt).Ticks) : 0;
        State.Apply(new RunFact(RunFactKind.CompensationFailed, now, subtask, attempt, payload: new AttemptRetry(error, retryAt)), _consequences);
        if (retries)
        {
            _undoRetryAt = retryAt;
            WakeCompensationAt(retryAt, commands);
        }
        else
        {
            UndoNext(now, commands);
        }
    }

    private SubtaskError CompensationTimeout() =>
        SubtaskError.From(new TimeoutException($"Undoing it did not end within {Graph.Policies[_undoing].Timeout ?? _options.CompensationTimeout}."));

    private void WakeCompensationAt(long at, HostCommands commands) =>
        commands.Add(new HostCommand(HostCommandKind.WakeCompensation, _undoing) { Attempt = _undoAttempt, DueAt = at });
}
