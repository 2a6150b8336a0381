using System.Runtime.InteropServices;
using System.Text.Json;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// A durable run: what was decided inside the gate is held back until every fact before it is in the journal. One writer at a time takes
/// all facts since the last append, so the more happens at once, the fewer appends there are.
/// </summary>
internal sealed partial class LocalRun
{
    private readonly RunJournal? _journal;
    private readonly ReusableResults? _reusable;

    // Used inside the gate.
    private HeldBack _heldBack = null!;
    private bool _isWriting;
    private int _taken;
    private HashSet<LocalAttempt>? _leaving;
    private volatile bool _isDetached;
    private int _past;

    // A run in memory has none of these.
    private TaskCompletionSource _left = null!;
    private TaskCompletionSource _factsWritten = null!;

    /// <summary>Whether the run had ended before, so that it is only read.</summary>
    public bool HadEnded { get; private set; }

    private void PrepareJournal()
    {
        _heldBack = new HeldBack();
        _left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _factsWritten = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        History.HoldBack();
    }

    /// <summary>Tells the core what has happened before.</summary>
    /// <exception cref="RunStoreException">The journal cannot be read or applied.</exception>
    public async Task ReplayAsync(IRunStore store, ITaskTypeRegistry taskTypes, CancellationToken cancellationToken)
    {
        var replay = new JournalReplay(store, RunId, _core, PlannedGraph.Checker, taskTypes, Inputs);
        _journal!.HoldLease(Break);
        _journal.Written = await replay.ReplayAsync(cancellationToken).ConfigureAwait(false);
        _fixedInputs.Restore(History);
        _needsResources |= Enumerable.Range(0, Graph.NeedVectors.Count).Any(vector => !Graph.NeedVectors[vector].IsNone);
    }

    /// <summary>Goes on with a run whose facts the core knows already.</summary>
    public void Resume()
    {
        if (History.Count == 0)
        {
            // It was made, and its process died before anything else.
            Start();
            return;
        }

        _taken = History.Count;
        _past = _taken;
        HadEnded = _core.State.IsEnded;
        _latest = History[_taken - 1].Time;
        History.Show(_taken);
        Begin(static (run, now, commands) => run._core.Resume(now, commands));
    }

    /// <summary>An attempt has returned whose output is kept as JSON: an output that cannot be stored is none.</summary>
    private LocalAttempt? CompleteWritten(LocalAttempt attempt, object? output, Exception? exception)
    {
        GiveBack(attempt);
        SubtaskError? error = null;
        if (exception is null && !TryKeep(attempt.Index, attempt.Attempt, ref output, out error))
        {
            output = null;
        }
        else if (exception is null)
        {
            PrepareCacheEntry(attempt, output);
        }

        LocalAttempt? next;
        if (error is not null)
        {
            next = Tell((attempt, error), static (run, told, now, commands) =>
                run.Returned(told.attempt, new AttemptResult { Error = told.error, Usage = told.attempt.HasExtras ? told.attempt.Extras.Usage : null }, now, commands));
        }
        else if (attempt.HasExtras || exception is not null)
        {
            next = CompleteUncommon(attempt, output, exception);
        }
        else
        {
            next = Tell((attempt, output), static (run, told, now, commands) =>
                run.Returned(told.attempt, new AttemptResult { Output = told.output }, now, commands));
        }

        lock (_gate)
        {
            if (_isDetached || _core.State.StateOf(attempt.Index) != SubtaskState.Succeeded)
            {
                _journal?.Forget(attempt.Index, attempt.Attempt);
                _written!.Forget(attempt.Index, output);
            }

            if (_leaving?.Remove(attempt) == true && _leaving.Count == 0)
            {
                _left.TrySetResult();
            }
        }

        return next;
    }

    /// <summary>
    /// Writes an output as JSON, and compares what comes back: what a resumed run could not read, or would read as something else, is found out
    /// now. Where the task type accepts what is lost, the output is from now on what comes back, as it is for a resumed run.
    /// </summary>
    private bool TryKeep(int subtask, int attempt, ref object? output, out SubtaskError? error)
    {
        try
        {
            Type type = Inputs.TypeOf(subtask);
            JsonElement json = Inputs.WriteOutput(subtask, output);
            JournalJson.Check(json);
            if (_journal is not null && Secrets.AreIn(JsonMarshal.GetRawUtf8Value(json)))
            {
                error = new SubtaskError(
                    "ResultHoldsSecret",
                    $"The result of '{Graph.SubtaskAt(subtask).Id}' holds a secret that the run was given, and the journal would keep it. Return it without the secret, and refer to the secret in the arguments of each subtask that needs it.");
                return false;
            }

            // The outputs in a list of results have been compared, each as that of its item.
            if (output is not (None or IItemResult[]) && !Executor.Faithful.IsCertain(output, type, json))
            {
                object? read = Inputs.ReadOutput(subtask, json);
                if (Executor.Faithful.Compare(output, read, type, JsonMarshal.GetRawUtf8Value(json)) is { } difference)
                {
                    if (!Graph.TaskTypes[subtask].Options.AcceptLossyOutput)
                    {
                        error = NotStorable(subtask, output, $"{difference}. Return what JSON holds as it is, or set {nameof(TaskTypeOptions.AcceptLossyOutput)} of the task type.", null);
                        return false;
                    }

                    ExecutionLog.OutputLossy(Executor.Logger, RunId, Graph.SubtaskAt(subtask).Id, Redact(difference.ToString()));
                    output = read;
                }
            }

            _written!.Keep(subtask, output, json);
            _journal?.Keep(subtask, attempt, json);
            error = null;
            return true;
        }
        catch (Exception exception)
        {
            error = NotStorable(subtask, output, exception.Message, exception);
            return false;
        }
    }

    private SubtaskError NotStorable(int subtask, object? output, string why, Exception? exception)
    {
        string type = CSharpName.Of(output?.GetType() ?? Inputs.TypeOf(subtask));
        SubtaskError error = ErrorOf(subtask, new InvalidPayloadException(
            InvalidPayloadException.ResultNotStorable,
            $"The result of '{Graph.SubtaskAt(subtask).Id}' ({type}) cannot be stored as JSON and read back as it was: {why}",
            exception));
        return error.Exception is null ? error : error with { Exception = exception };
    }

    /// <summary>Inside the gate: keeps what was decided until the facts before it are in the journal.</summary>
    private void HoldBack(ref GateEffects effects)
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

    private bool HasUnwritten => History.Count > _taken || !_heldBack.IsEmpty;

    private async Task WriteAsync()
    {
        while (Take() is { } batch)
        {
            try
            {
                AppendOutcome outcome = batch.Facts.Length == 0 ? AppendOutcome.Appended : await _journal!.AppendAsync(batch.Facts).ConfigureAwait(false);
                if (outcome != AppendOutcome.Appended)
                {
                    Break(outcome == AppendOutcome.NotOwner ? "another process has taken it over." : "somebody else has written to its journal.", null);
                    return;
                }
            }
            catch (Exception exception)
            {
                Break($"its journal could not be written: {exception.Message}", exception);
                return;
            }

            History.Show(batch.End);
            await HandOnAsync(batch.Held).ConfigureAwait(false);
            _signal.Raise();
        }
    }

    /// <returns>What to write, or <see langword="null"/> when there is nothing.</returns>
    private (ReadOnlyMemory<RunFact> Facts, int End, HeldBack Held)? Take()
    {
        lock (_gate)
        {
            if (!HasUnwritten)
            {
                _isWriting = false;
                if (_isDetached)
                {
                    _factsWritten.TrySetResult();
                }

                return null;
            }

            var facts = new RunFact[History.Count - _taken];
            for (int i = 0; i < facts.Length; i++)
            {
                facts[i] = History[_taken + i];
            }

            _taken = History.Count;
            HeldBack held = _heldBack;
            _heldBack = new HeldBack();
            return (facts, _taken, held);
        }
    }

    /// <summary>Carries out what was decided, now that the facts before it are in the journal.</summary>
    private async Task HandOnAsync(HeldBack held)
    {
        held.Revoked.ForEach(GiveBack);
        if (_isDetached)
        {
            return;
        }

        foreach (LocalAttempt attempt in held.Starts)
        {
            Executor.Workers.Queue(attempt, preferLocal: false);
        }

        if (held.HostCommands.Exists(command => command.Kind == HostCommandKind.EndRun))
        {
            // Whoever waits for the end can do with the run what they want.
            await _journal!.CloseAsync().ConfigureAwait(false);
        }

        CarryOut([.. held.HostCommands]);
    }

    /// <summary>Waits until everything that has happened so far is in the journal.</summary>
    public async ValueTask WhenWrittenAsync(CancellationToken cancellationToken)
    {
        if (_journal is null)
        {
            return;
        }

        int wanted = History.Count;
        await _signal.WaitAsync(() => History.Visible >= wanted || History.IsCut, cancellationToken).ConfigureAwait(false);
        if (_isDetached || History.Visible < wanted)
        {
            await ((Task)Completion).ConfigureAwait(false);
        }
    }

    /// <summary>Asks the run to stop, also when its store fails.</summary>
    public async Task TryCancelAsync()
    {
        try
        {
            await CancelAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (RunDetachedException)
        {
            // That it was to stop could not be written.
        }
    }

    /// <summary>The run ends here, but has not ended: its store fails, or it is another's. Nothing more is written.</summary>
    private void Break(string reason, Exception? exception)
    {
        if (Detach())
        {
            lock (_gate)
            {
                _taken = History.Count;
                _factsWritten.TrySetResult();
            }

            // Without renewal the lease expires, also if nobody disposes of the run.
            _journal!.StopRenewing();
            Leave(reason, exception);
            ExecutionLog.Detached(Executor.Logger, exception, RunId, reason);
        }
        else
        {
            // Disposing waits for the writer.
            _factsWritten.TrySetResult();
        }
    }

    /// <summary>Stops everything here. Attempts that have not begun never do.</summary>
    /// <returns>Whether the run was going on.</returns>
    private bool Detach()
    {
        HeldBack held;
        List<LocalAttempt> running = [];
        lock (_gate)
        {
            if (_isDetached || Completion.IsCompleted)
            {
                return false;
            }

            _isDetached = true;
            held = _heldBack;
            _heldBack = new HeldBack();
            foreach (LocalAttempt? attempt in _running)
            {
                if (attempt is not null)
                {
                    (attempt.TryRevoke() ? held.Revoked : running).Add(attempt);
                }
            }

            _leaving = [.. running];
            if (_leaving.Count == 0)
            {
                _left.TrySetResult();
            }

            if (!_isWriting)
            {
                _factsWritten.TrySetResult();
            }
        }

        held.Revoked.ForEach(GiveBack);
        running.ForEach(attempt => attempt.Stop());
        return true;
    }

    /// <summary>Tells everybody that the run goes no further here.</summary>
    private void Leave(string reason, Exception? exception)
    {
        _compensation?.Stop();
        _resources.StopWaiting([]);
        _timers.End();
        Secrets.End();
        Flow.End();
        History.Cut();
        _ = EndLookUpsAsync();
        _completion.TrySetException(new RunDetachedException(RunId, reason, exception));
        _signal.Raise();
    }

    /// <summary>Detaches a run that has not ended: what has happened is written, code is told to stop, and another process may continue it.</summary>
    private async Task DetachAsync(string reason, CancellationToken graceEnd)
    {
        if (_core.State.IsEnded)
        {
            // Its end is being written, or cannot be.
            await GraceAsync(Completion, Timeout.InfiniteTimeSpan, graceEnd).ConfigureAwait(false);
        }

        Detach();
        if (!Completion.IsCompleted)
        {
            // A store that does not answer holds up no shutdown.
            await GraceAsync(_factsWritten.Task, Timeout.InfiniteTimeSpan, graceEnd).ConfigureAwait(false);
            Leave(reason, null);
        }

        if (Completion.IsCompletedSuccessfully)
        {
            return;
        }

        // The lease is released when its code has returned, so that none of it runs beside the next attempt.
        Task left = _compensation is { } compensation ? Task.WhenAll(_left.Task, compensation.Ended) : _left.Task;
        await GraceAsync(left, Options.CancellationGracePeriod, graceEnd).ConfigureAwait(false);
        await _journal!.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>What was decided and not carried out yet.</summary>
    private sealed class HeldBack
    {
        public List<LocalAttempt> Starts { get; } = [];

        public List<LocalAttempt> Revoked { get; } = [];

        public List<HostCommand> HostCommands { get; } = [];

        public bool IsEmpty => Starts.Count + Revoked.Count + HostCommands.Count == 0;
    }
}
