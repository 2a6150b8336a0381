using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Compensates what succeeded, one subtask after another, in reverse order of completion.</summary>
/// <param name="context">The run.</param>
/// <param name="seed">Of the jitter of retries.</param>
internal sealed class Compensation(DispatchContext context, ulong seed)
{
    private const int FewestAttempts = 3;

    private Stack<int>? _left;
    private bool _hasBegun;
    private int _subtask = -1;
    private int _attempt;
    private long _retryAt;
    private bool _isStopping;

    /// <summary>Whether something is being compensated.</summary>
    public bool IsRunning => _left is not null;

    /// <summary>Begins when the run has not succeeded and nothing of it is open any more.</summary>
    /// <returns>Whether there is something to compensate.</returns>
    public bool Begin(long now, HostCommands commands)
    {
        if (context.Options.FailurePolicy != FailurePolicy.Compensate || _hasBegun || context.State.IsEnded || !context.State.HasNotSucceeded)
        {
            return false;
        }

        _hasBegun = true;
        _left = new Stack<int>(context.State.Completions.Where(IsCompensable));
        Next(now, commands);
        return _left is not null;
    }

    /// <summary>The code that compensates a subtask has returned.</summary>
    /// <returns>Whether it is waited for.</returns>
    public bool Returned(int subtask, int attempt, SubtaskError? error, long now, HostCommands commands)
    {
        if (_subtask != subtask || _attempt != attempt || _retryAt != 0)
        {
            return false;
        }

        if (error is null)
        {
            context.Record(new RunFact(RunFactKind.SubtaskCompensated, now, subtask, attempt));
            Next(now, commands);
        }
        else
        {
            Failed(_isStopping ? TimeoutError() : error, mayRetry: true, now, commands);
        }

        return true;
    }

    /// <summary>It is time to look at the code that compensates a subtask.</summary>
    /// <returns>Whether it is no longer waited for.</returns>
    public bool Due(int subtask, int attempt, long now, HostCommands commands)
    {
        if (_subtask != subtask || _attempt != attempt)
        {
            return false;
        }

        if (_retryAt > 0)
        {
            if (now >= _retryAt)
            {
                Start(attempt + 1, now, commands);
            }

            return false;
        }

        if (!_isStopping)
        {
            _isStopping = true;
            commands.Add(new HostCommand(HostCommandKind.StopCompensation, subtask) { Attempt = attempt });
            WakeAt(now + context.Options.CancellationGracePeriod.Ticks, commands);
            return false;
        }

        // Its code still runs: another try beside it would compensate twice.
        Failed(TimeoutError(), mayRetry: false, now, commands);
        return true;
    }

    /// <summary>The run is given up, and nothing more is compensated.</summary>
    public void GiveUp() => (_left, _subtask) = (null, -1);

    /// <summary>Applies a fact of the run's past.</summary>
    public void Replay(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.CompensationStarted:
                (_hasBegun, _subtask, _attempt, _retryAt) = (true, fact.Subtask, fact.Attempt, 0);
                break;
            case RunFactKind.CompensationFailed:
                _retryAt = ((AttemptRetry)fact.Payload!).RetryAt;
                _subtask = _retryAt == 0 ? -1 : _subtask;
                break;
            case RunFactKind.SubtaskCompensated:
                _subtask = -1;
                break;
        }
    }

    /// <summary>All facts have been applied: continues with what is half compensated.</summary>
    public void Resume(long now, HostCommands commands)
    {
        if (!_hasBegun)
        {
            return;
        }

        _left = new Stack<int>(context.State.Completions.Where(subtask => IsCompensable(subtask) && context.State.CompensationOf(subtask) == CompensationState.None));
        if (_subtask < 0)
        {
            Next(now, commands);
        }
        else if (_retryAt > 0)
        {
            WakeAt(_retryAt, commands);
        }
        else
        {
            Start(_attempt + 1, now, commands);
        }
    }

    /// <summary>Whether an attempt of this run has done the work of a subtask that can be compensated.</summary>
    private bool IsCompensable(int subtask) => context.State.AttemptOf(subtask) > 0 && context.Graph.TaskTypes[subtask].IsCompensable;

    private void Next(long now, HostCommands commands)
    {
        if (_left!.TryPop(out _subtask))
        {
            Start(attempt: 1, now, commands);
        }
        else
        {
            _subtask = -1;
            _left = null;
        }
    }

    private void Start(int attempt, long now, HostCommands commands)
    {
        _attempt = attempt;
        _retryAt = 0;
        _isStopping = false;
        context.Record(new RunFact(RunFactKind.CompensationStarted, now, _subtask, attempt));
        commands.Add(new HostCommand(HostCommandKind.Compensate, _subtask) { Attempt = attempt });
        WakeAt(now + Timeout.Ticks, commands);
    }

    private void Failed(SubtaskError error, bool mayRetry, long now, HostCommands commands)
    {
        RetryOptions retry = context.Graph.Policies[_subtask].Retry;
        bool retries = mayRetry && _attempt < Math.Max(context.Graph.Policies[_subtask].MaxAttempts, FewestAttempts);
        long retryAt = retries ? now + Math.Max(1, RetryBackoff.PauseAfter(retry, ~seed, _subtask, _attempt).Ticks) : 0;
        context.Record(new RunFact(RunFactKind.CompensationFailed, now, _subtask, _attempt, payload: new AttemptRetry(error, retryAt)));
        if (retries)
        {
            _retryAt = retryAt;
            WakeAt(retryAt, commands);
        }
        else
        {
            Next(now, commands);
        }
    }

    private TimeSpan Timeout => context.Graph.Policies[_subtask].Timeout ?? context.Options.CompensationTimeout;

    private SubtaskError TimeoutError() => SubtaskError.From(new TimeoutException($"Undoing it did not end within {Timeout}."));

    private void WakeAt(long at, HostCommands commands) =>
        commands.Add(new HostCommand(HostCommandKind.WakeCompensation, _subtask) { Attempt = _attempt, DueAt = at });
}
