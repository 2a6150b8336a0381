using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Commits what happens in a durable run: what was decided inside the gate is held back until every fact before it is in the journal. One
/// writer at a time takes all facts since the last append, so the more happens at once, the fewer appends there are. When the store fails, or
/// the run is closed before its end, it is detached.
/// </summary>
internal sealed class RunCommitter
{
    private readonly RunEnvironment _run;
    private readonly RunGate _gate;
    private readonly RunJournal _journal;
    private readonly AttemptStarts _starts;
    private readonly HostCommandRunner _runner;
    private readonly Compensations _compensations;
    private readonly CallSubmissions? _calls;
    private readonly RunEnd _end;
    private readonly TaskCompletionSource _codeReturned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _factsWritten = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Used inside the gate.
    private HeldBack _heldBack = new();
    private bool _isWriting;
    private int _taken;
    private HashSet<LocalAttempt>? _detaching;

    public RunCommitter(
        RunEnvironment run, RunGate gate, RunJournal journal, AttemptStarts starts, HostCommandRunner runner, Compensations compensations, CallSubmissions? calls, RunEnd end)
    {
        _run = run;
        _gate = gate;
        _journal = journal;
        _starts = starts;
        _runner = runner;
        _compensations = compensations;
        _calls = calls;
        _end = end;
        run.History.HoldBack();
        journal.Progress.Begin(run.Graph.Count);
    }

    /// <summary>Renews the lease as long as the run is driven here.</summary>
    public void HoldLease() => _journal.HoldLease(Break);

    /// <summary>Continues a journal whose facts the core knows already.</summary>
    /// <param name="written">The number of its events.</param>
    public void Continue(long written)
    {
        _journal.Written = written;
        _journal.Progress.Begin(_run.Core.State);
        _taken = _run.History.Count;
        _run.History.Show(_taken);
    }

    /// <summary>Inside the gate: holds an attempt back that has started.</summary>
    public void HoldBack(LocalAttempt attempt) => _heldBack.Starts.Add(attempt);

    /// <summary>Inside the gate: keeps what was decided until the facts before it are in the journal.</summary>
    public void HoldBack(ref GateEffects effects)
    {
        _heldBack.HostCommands.AddRange(effects.HostCommands);
        effects.HostCommands = [];
        if (effects.Revoked is { } revoked)
        {
            _heldBack.Revoked.AddRange(revoked);
            effects.Revoked = null;
        }

        if (!_isWriting && HasUnwritten)
        {
            _isWriting = true;
            effects.WakesWriter = true;
        }
    }

    /// <summary>Inside the gate: keeps the answer to a command until it is written together with the facts that follow from the command.</summary>
    public void Answer(CommandAnswer answer) => _heldBack.Answers.Add(answer);

    public void WakeWriter() => _run.Executor.Workers.Queue(() => _ = WriteAsync());

    /// <summary>Inside the gate: the code of an attempt has returned, which a detached run waits for.</summary>
    public void OnReturned(LocalAttempt attempt)
    {
        if (_detaching?.Remove(attempt) == true && _detaching.Count == 0)
        {
            _codeReturned.TrySetResult();
        }
    }

    /// <summary>Waits until everything that has happened so far is in the journal.</summary>
    public async ValueTask WhenWrittenAsync(CancellationToken cancellationToken)
    {
        RunHistory history = _run.History;
        int wanted = history.Count;
        await _run.Signal.WaitAsync(() => history.Visible >= wanted || history.IsCut, cancellationToken).ConfigureAwait(false);
        if (_gate.IsClosed || history.Visible < wanted)
        {
            await ((Task)_end.Completion).ConfigureAwait(false);
        }
    }

    /// <summary>Detaches a run that has not ended: what has happened is written, code is asked to stop, and another process may continue it.</summary>
    public async Task DetachAsync(string reason, CancellationToken graceEnd)
    {
        if (_run.Core.State.IsEnded)
        {
            // Its end is being written, or cannot be.
            await _run.GraceAsync(_end.Completion, Timeout.InfiniteTimeSpan, graceEnd).ConfigureAwait(false);
        }

        Detach();
        if (!_end.Completion.IsCompleted)
        {
            // A store that does not answer holds up no shutdown.
            await _run.GraceAsync(_factsWritten.Task, Timeout.InfiniteTimeSpan, graceEnd).ConfigureAwait(false);
            CompleteDetached(reason, null);
        }

        if (_end.Completion.IsCompletedSuccessfully)
        {
            return;
        }

        // The lease is released when its code has returned, so that none of it runs beside the next attempt.
        Task codeReturned = _compensations.Current is { } compensation ? Task.WhenAll(_codeReturned.Task, compensation.Ended) : _codeReturned.Task;
        codeReturned = _calls is null ? codeReturned : Task.WhenAll(codeReturned, _calls.WhenSentAsync());
        await _run.GraceAsync(codeReturned, _run.Options.CancellationGracePeriod, graceEnd).ConfigureAwait(false);
        await _journal.CloseAsync().ConfigureAwait(false);
    }

    private bool HasUnwritten => _run.History.Count > _taken || !_heldBack.IsEmpty;

    private async Task WriteAsync()
    {
        while (CutBatch() is { } batch)
        {
            try
            {
                AppendOutcome outcome = batch.Facts.Length + batch.Held.Answers.Count == 0 ? AppendOutcome.Appended : await _journal.AppendAsync(batch.Facts, batch.Held.Answers).ConfigureAwait(false);
                if (outcome != AppendOutcome.Appended)
                {
                    Break(outcome == AppendOutcome.NotOwner ? "another process has taken it over." : "another process has written to its journal.", null);
                    return;
                }
            }
            catch (Exception exception)
            {
                Break($"its journal could not be written: {exception.Message}", exception);
                return;
            }

            _run.History.Show(batch.End);
            await ReleaseHeldAsync(batch.Held).ConfigureAwait(false);
            _run.Signal.Raise();
        }
    }

    /// <returns>What to write, or <see langword="null"/> when there is nothing.</returns>
    private (ReadOnlyMemory<RunFact> Facts, int End, HeldBack Held)? CutBatch()
    {
        using (_gate.Hold())
        {
            if (!HasUnwritten)
            {
                _isWriting = false;
                if (_gate.IsClosed)
                {
                    _factsWritten.TrySetResult();
                }

                return null;
            }

            var facts = new RunFact[_run.History.Count - _taken];
            for (int i = 0; i < facts.Length; i++)
            {
                facts[i] = _run.History[_taken + i];
            }

            _taken = _run.History.Count;
            HeldBack held = _heldBack;
            _heldBack = new HeldBack();
            return (facts, _taken, held);
        }
    }

    /// <summary>Carries out what was decided, now that the facts before it are in the journal.</summary>
    private async Task ReleaseHeldAsync(HeldBack held)
    {
        held.Revoked.ForEach(_run.Release);
        if (_gate.IsClosed)
        {
            return;
        }

        foreach (LocalAttempt attempt in held.Starts)
        {
            _run.Executor.Workers.Queue(attempt, preferLocal: false);
        }

        if (held.HostCommands.Exists(next => next.Command.Kind == HostCommandKind.EndRun))
        {
            // A caller that waits for the end can do with the run what it wants.
            await _journal.CloseAsync().ConfigureAwait(false);
        }

        _runner.CarryOut([.. held.HostCommands]);
    }

    /// <summary>The run ends here, but has not ended: its store fails, or it is another's. Nothing more is written.</summary>
    private void Break(string reason, Exception? exception)
    {
        if (Detach())
        {
            using (_gate.Hold())
            {
                _taken = _run.History.Count;
                _factsWritten.TrySetResult();
            }

            // Without renewal the lease expires, also if nobody disposes of the run.
            _journal.StopRenewing();
            CompleteDetached(reason, exception);
            ExecutionLog.Detached(_run.Executor.Logger, exception, _run.RunId, reason);
        }
        else
        {
            // Disposing waits for the writer.
            _factsWritten.TrySetResult();
        }
    }

    /// <summary>Stops everything here. Attempts that have not begun never do.</summary>
    /// <returns>Whether the run was neither detached nor ended.</returns>
    private bool Detach()
    {
        HeldBack held;
        List<LocalAttempt> running;
        using (_gate.Hold())
        {
            if (_gate.IsClosed || _end.Completion.IsCompleted)
            {
                return false;
            }

            _gate.Close();
            held = _heldBack;
            _heldBack = new HeldBack();
            running = _starts.RevokeAll(held.Revoked);
            _detaching = [.. running];
            if (_detaching.Count == 0)
            {
                _codeReturned.TrySetResult();
            }

            if (!_isWriting)
            {
                _factsWritten.TrySetResult();
            }
        }

        held.Revoked.ForEach(_run.Release);
        running.ForEach(attempt => attempt.Stop());
        return true;
    }

    private void CompleteDetached(string reason, Exception? exception)
    {
        _compensations.Stop();
        _end.CompleteDetached(reason, exception);
    }

    /// <summary>What was decided and not carried out yet.</summary>
    private sealed class HeldBack
    {
        public List<LocalAttempt> Starts { get; } = [];

        public List<LocalAttempt> Revoked { get; } = [];

        public List<LocalCommand> HostCommands { get; } = [];

        public List<CommandAnswer> Answers { get; } = [];

        public bool IsEmpty => Starts.Count + Revoked.Count + HostCommands.Count + Answers.Count == 0;
    }
}
