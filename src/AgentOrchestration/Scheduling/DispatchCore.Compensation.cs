using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling;

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
    public void Compensated(int subtask, int attempt, SubtaskError? error, long now, Decisions decisions)
    {
        if (!IsUndoing(subtask, attempt))
        {
            return;
        }

        if (error is null)
        {
            State.Apply(new RunFact(RunFactKind.SubtaskCompensated, now, subtask, attempt), _consequences);
            UndoNext(now, decisions);
        }
        else
        {
            CompensationFailed(subtask, attempt, _undoToldToStop ? CompensationTimeout() : error, mayRetry: true, now, decisions);
        }

        Settle(now, decisions);
    }

    /// <summary>It is time to look at the code that undoes a subtask.</summary>
    public void CompensationDue(int subtask, int attempt, long now, Decisions decisions)
    {
        if (_undoing != subtask || _undoAttempt != attempt)
        {
            return;
        }

        if (_undoRetryAt > 0)
        {
            if (now >= _undoRetryAt)
            {
                StartUndo(attempt + 1, now, decisions);
            }
        }
        else if (!_undoToldToStop)
        {
            _undoToldToStop = true;
            decisions.Add(new Decision(DecisionKind.StopCompensation, subtask) { Attempt = attempt });
            WakeCompensationAt(now + _options.AbandonAfter.Ticks, decisions);
        }
        else
        {
            // Its code still runs: another try beside it would undo twice.
            CompensationFailed(subtask, attempt, CompensationTimeout(), mayRetry: false, now, decisions);
            Settle(now, decisions);
        }
    }

    private bool IsUndoing(int subtask, int attempt) => _undoing == subtask && _undoAttempt == attempt && _undoRetryAt == 0;

    /// <returns>Whether there is something to undo.</returns>
    private bool BeginCompensation(long now, Decisions decisions)
    {
        if (_options.FailurePolicy != FailurePolicy.Compensate || _undoneOnce || State.IsEnded || !State.HasNotSucceeded)
        {
            return false;
        }

        _undoneOnce = true;
        _undo = new Stack<int>(State.Completions.Where(subtask => State.AttemptOf(subtask) > 0 && Graph.TaskTypes[subtask].IsCompensable));
        UndoNext(now, decisions);
        return _undo is not null;
    }

    private void UndoNext(long now, Decisions decisions)
    {
        if (_undo!.TryPop(out _undoing))
        {
            StartUndo(attempt: 1, now, decisions);
        }
        else
        {
            _undoing = -1;
            _undo = null;
        }
    }

    private void StartUndo(int attempt, long now, Decisions decisions)
    {
        _undoAttempt = attempt;
        _undoRetryAt = 0;
        _undoToldToStop = false;
        State.Apply(new RunFact(RunFactKind.CompensationStarted, now, _undoing, attempt), _consequences);
        decisions.Add(new Decision(DecisionKind.Compensate, _undoing) { Attempt = attempt });
        WakeCompensationAt(now + (Graph.Policies[_undoing].Timeout ?? _options.CompensationTimeout).Ticks, decisions);
    }

    private void CompensationFailed(int subtask, int attempt, SubtaskError error, bool mayRetry, long now, Decisions decisions)
    {
        RetryOptions retry = Graph.Policies[subtask].Retry;
        bool retries = mayRetry && attempt < Math.Max(Graph.Policies[subtask].MaxAttempts, FewestCompensationAttempts);
        long retryAt = retries ? now + Math.Max(1, RetryBackoff.PauseAfter(retry, ~_seed, subtask, attempt).Ticks) : 0;
        State.Apply(new RunFact(RunFactKind.CompensationFailed, now, subtask, attempt, payload: new AttemptRetry(error, retryAt)), _consequences);
        if (retries)
        {
            _undoRetryAt = retryAt;
            WakeCompensationAt(retryAt, decisions);
        }
        else
        {
            UndoNext(now, decisions);
        }
    }

    private SubtaskError CompensationTimeout() =>
        SubtaskError.From(new TimeoutException($"Undoing it did not end within {Graph.Policies[_undoing].Timeout ?? _options.CompensationTimeout}."));

    private void WakeCompensationAt(long at, Decisions decisions) =>
        decisions.Add(new Decision(DecisionKind.WakeCompensation, _undoing) { Attempt = _undoAttempt, DueAt = at });
}
