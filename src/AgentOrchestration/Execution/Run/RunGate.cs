using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Execution.Following;
using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// The gate: one thread at a time reports to the core, and carries out outside of it what was decided. A worker whose attempt has returned does
/// not wait for the gate: it leaves the attempt where the thread inside finds it, and continues with other work. Of the code of others only the
/// clock and the resource manager run inside.
/// </summary>
internal sealed class RunGate(RunEnvironment run, RunClock clock, RunEnd end)
{
    private readonly RunEnvironment _run = run;
    private readonly DispatchCore _core = run.Core;
    private readonly RunClock _clock = clock;
    private readonly RunSignal _signal = run.Signal;
    private readonly Lock _gate = new();
    private volatile bool _isInside;
    private volatile bool _isClosed;

    // Used inside the gate.
    private readonly HostCommands _commands = new();
    private readonly List<LocalCommand> _toFollow = [];
    private long _latest;

    // Attempts whose code has returned and that have not been reported to the core yet, the latest first.
    private LocalAttempt? _returned;

    // Connected once, before the run starts: they report to the gate, and carry out what is decided in it.
    private AttemptStarts _starts = null!;
    private RunCommitter? _committer;
    private ResultCaching _caching = null!;
    private HostCommandRunner _runner = null!;
    private ObjectsAhead? _objects;

    /// <summary>Whether the run is detached: nothing that is reported counts.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Whether another thread is inside, and most likely about to start something.</summary>
    public bool IsWorkImminent => _isInside && !_gate.IsHeldByCurrentThread;

    /// <summary>Connects the parts that carry out what is decided.</summary>
    public void Connect(AttemptStarts starts, RunCommitter? committer, ResultCaching caching, HostCommandRunner runner, ObjectsAhead? objects) =>
        (_starts, _committer, _caching, _runner, _objects) = (starts, committer, caching, runner, objects);

    /// <summary>Holds the gate to read or change what is used inside it, without a report.</summary>
    public Lock.Scope Hold() => _gate.EnterScope();

    /// <summary>Inside the gate: nothing that is reported from now on counts.</summary>
    public void Close()
    {
        _isClosed = true;
        _objects?.End();
    }

    /// <summary>Continues a run that has a past.</summary>
    public void Continue(long latest) => _latest = latest;

    /// <summary>Time as the run's facts have it: it never runs backwards. Used inside the gate.</summary>
    public long LatestTime() => _latest = Math.Max(_latest, _clock.Now());

    /// <summary>Reports to the core inside the gate and carries out what it decides. Never throws: what is unexpected ends the run, by name.</summary>
    /// <returns>An attempt to begin, for the caller's thread; for the others workers are on their way.</returns>
    public LocalAttempt? Report<TState>(TState state, Action<DispatchCore, TState, long, HostCommands> report)
    {
        var effects = new GateEffects();
        lock (_gate)
        {
            if (_isClosed)
            {
                return null;
            }

            bool wasInside = _isInside;
            _isInside = true;
            try
            {
                report(_core, state, LatestTime(), _commands);
                Register(ref effects);
            }
            catch (Exception exception)
            {
                Abort(exception, ref effects);
            }

            _isInside = wasInside;
        }

        Follow(effects);
        return DrainReturned(effects.Next);
    }

    /// <summary>Reports that an attempt has returned with more than an output.</summary>
    /// <returns>An attempt to begin, for the caller's thread.</returns>
    public LocalAttempt? ReportReturned(LocalAttempt attempt, in AttemptResult result) =>
        Report((gate: this, attempt, result), static (core, report, now, commands) =>
        {
            (RunGate gate, LocalAttempt attempt, AttemptResult result) = report;
            gate._starts.RemoveRunning(attempt);
            int before = core.State.History.Count;
            gate._caching.OnReported(attempt, core.Returned(attempt.Index, attempt.Attempt, result, now, commands));

            // Decided here: outside of the gate the output may already be dropped again, while the fact that has it is not written yet.
            attempt.IsOutputUnused = !core.State.History.HasOutputOf(attempt.Index, attempt.Attempt, before);
        });

    /// <summary>Reports that an attempt has returned with nothing but its output, without waiting for the gate.</summary>
    /// <returns>An attempt to begin, for the caller's thread.</returns>
    public LocalAttempt? ReportReturned(LocalAttempt attempt)
    {
        if (Volatile.Read(ref _returned) is not null || !TryReportReturned(attempt, next: null, out LocalAttempt? next))
        {
            PushReturned(attempt);
            next = null;
        }

        return DrainReturned(next);
    }

    /// <summary>Leaves an attempt that has returned where the thread inside the gate finds it.</summary>
    private void PushReturned(LocalAttempt attempt)
    {
        LocalAttempt? latest;
        do
        {
            latest = Volatile.Read(ref _returned);
            attempt.ReturnedBefore = latest;
        }
        while (Interlocked.CompareExchange(ref _returned, attempt, latest) != latest);
    }

    /// <summary>Reports to the core the attempts that were left, unless a thread is inside, which will see them.</summary>
    private LocalAttempt? DrainReturned(LocalAttempt? next)
    {
        // A barrier comes before this look (in PushReturned, or in Follow after the gate): a thread that leaves an attempt and we do not miss each other.
        while (Volatile.Read(ref _returned) is not null && TryReportReturned(null, next, out LocalAttempt? another))
        {
            next = another;
        }

        return next;
    }

    /// <summary>Reports to the core that attempts have returned, unless a thread is inside.</summary>
    /// <param name="attempt">The attempt; <see langword="null"/> for those that were left.</param>
    /// <param name="next">What this thread runs next, so far.</param>
    /// <param name="another">What it runs next.</param>
    private bool TryReportReturned(LocalAttempt? attempt, LocalAttempt? next, out LocalAttempt? another)
    {
        another = next;
        if (!_gate.TryEnter())
        {
            return false;
        }

        if (_isInside || _isClosed)
        {
            // The core has called code of others, which let an attempt return on this very thread.
            _gate.Exit();
            return false;
        }

        var effects = new GateEffects { Next = next };
        _isInside = true;
        try
        {
            long now = LatestTime();
            attempt ??= PopReturned();
            if (attempt is { ReturnedBefore: null })
            {
                ReportOne(attempt, now);
            }
            else
            {
                _core.BeginMoment();
                for (; attempt is not null; attempt = attempt.ReturnedBefore)
                {
                    ReportOne(attempt, now);
                }

                _core.EndMoment(now, _commands);
            }

            Register(ref effects);
        }
        catch (Exception exception)
        {
            Abort(exception, ref effects);
        }

        _isInside = false;
        _gate.Exit();
        Follow(effects);
        another = effects.Next;
        return true;
    }

    private void ReportOne(LocalAttempt attempt, long now)
    {
        _starts.RemoveRunning(attempt);
        _caching.OnReported(attempt, _core.Returned(attempt.Index, attempt.Attempt, attempt.Output, now, _commands));
    }

    /// <summary>An attempt is asked to stop. When no other of its subtask continues beside it, nobody waits for its result any longer.</summary>
    private void OnStopped(LocalAttempt attempt)
    {
        if (_core.State.BesideOf(attempt.Index, attempt.Attempt) is not (> 0 and var other) || _starts.RunningOf(attempt.Index, other) is not { IsToldToStop: false })
        {
            _caching.OnStopped(attempt.Index);
        }
    }

    /// <returns>The attempts that were left, in the order in which they were.</returns>
    private LocalAttempt? PopReturned()
    {
        LocalAttempt? first = null;
        for (LocalAttempt? next = Interlocked.Exchange(ref _returned, null); next is not null;)
        {
            (next.ReturnedBefore, first, next) = (first, next, next.ReturnedBefore);
        }

        return first;
    }

    /// <summary>
    /// Attempts count as running from the moment of the command, so that a cancellation finds them. One that is asked to stop before its
    /// code has begun never begins: it is revoked at once, so nothing new starts after a cancellation has returned.
    /// </summary>
    private void Register(ref GateEffects effects)
    {
        List<HostCommand> others = _commands.Others;
        _starts.Start(_commands, _committer, ref effects);
        for (int i = 0; i < others.Count; i++)
        {
            HostCommand command = others[i];
            LocalAttempt? attempt = command.Kind is HostCommandKind.StopAttempt or HostCommandKind.WakeAttempt or HostCommandKind.WatchProgress ? _starts.RunningOf(command) : null;
            if (command.Kind == HostCommandKind.KeepHeld)
            {
                _caching.BeginToStoreHeld(command.Subtask, command.Attempt);
            }
            else if (command.Kind != HostCommandKind.StopAttempt || attempt is null)
            {
                _toFollow.Add(new LocalCommand(command, attempt));
            }
            else if (_starts.TryRevoke(attempt))
            {
                OnStopped(attempt);
                (effects.Revoked ??= []).Add(attempt);
                _core.Revoked(attempt.Index, attempt.Attempt, LatestTime(), _commands);
                _starts.Start(_commands, _committer, ref effects);
            }
            else
            {
                attempt.IsToldToStop = true;
                OnStopped(attempt);
                _toFollow.Add(new LocalCommand(command, attempt));
            }
        }

        if (_toFollow.Count > 0)
        {
            effects.HostCommands = [.. effects.HostCommands, .. _toFollow];
            _toFollow.Clear();
        }

        if (others.Count > 0)
        {
            others.Clear();
        }

        _committer?.HoldBack(ref effects);
        _objects?.Follow();
    }

    /// <summary>The run cannot continue: everything that is open fails, instead of waiting for ever.</summary>
    private void Abort(Exception exception, ref GateEffects effects)
    {
        try
        {
            if (!_core.State.IsEnded)
            {
                effects.Unused = _core.Abort(SubtaskError.From(exception), LatestTime(), _commands);
            }

            Register(ref effects);
        }
        catch (Exception second)
        {
            end.CompleteFaulted(new AggregateException(exception, second));
        }
    }

    /// <summary>Carries out, outside the gate, what was decided.</summary>
    private void Follow(in GateEffects effects)
    {
        for (int called = 0; called < effects.WorkersToCall; called++)
        {
            _run.Executor.Workers.Queue(_starts, preferLocal: false);
        }

        if (effects.WakesWriter)
        {
            _committer!.WakeWriter();
        }

        effects.Revoked?.ForEach(_run.Release);
        foreach (AttemptStart start in effects.Unused)
        {
            _run.Release(start.Leave(), start.Subtask);
        }

        if (effects.HostCommands.Length > 0)
        {
            _runner.CarryOut(effects.HostCommands);
        }

        _signal.Raise();
    }
}
