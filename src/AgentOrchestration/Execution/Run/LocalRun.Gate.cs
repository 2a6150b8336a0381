using System.Collections.Concurrent;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// The gate: one thread at a time tells the core. A worker whose attempt has returned does not wait for it: it leaves the attempt where
/// whoever is inside finds it, and goes on with other work. Of the code of others only the clock and the resource manager run inside.
/// </summary>
internal sealed partial class LocalRun
{
    private readonly Lock _gate = new();
    private volatile bool _isInside;

    // Used inside the gate.
    private readonly HostCommands _commands = new();
    private readonly CancellationSourcePool _stopSources = new();
    private LocalAttempt?[] _running;
    private long _latest;

    // Attempts whose code has returned and of which nobody has told the core yet, the latest first.
    private LocalAttempt? _returned;

    // Attempts that have started but whose code has not begun, in that order: what workers take next.
    private readonly ConcurrentQueue<LocalAttempt> _work = new();
    private int _workersComing;

    /// <summary>A worker: begins attempts as long as there are any that have started, one after another on this thread.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Decrement(ref _workersComing);
        Work(null);
    }

    /// <summary>Runs an attempt, and on the same thread whatever there is to run, as long as code returns at once.</summary>
    public void Work(LocalAttempt? next)
    {
        while ((next ?? TakeWork()) is { } attempt)
        {
            next = attempt.Begin();
        }
    }

    /// <summary>Gives an attempt that this thread cannot run to the pool.</summary>
    public void Hand(LocalAttempt? attempt)
    {
        if (attempt is not null)
        {
            Executor.Workers.Queue(attempt, preferLocal: true);
        }
    }

    /// <summary>The code of an attempt has returned.</summary>
    /// <returns>What to run next on this thread, or <see langword="null"/>.</returns>
    public LocalAttempt? Complete(LocalAttempt attempt, object? output, Exception? exception)
    {
        if (exception is not null && Executor.WhyShutDown() is { } reason)
        {
            ShutDown(reason);
        }

        if (_written is not null)
        {
            return CompleteWritten(attempt, output, exception);
        }

        GiveBack(attempt);
        if (exception is null)
        {
            PrepareCacheEntry(attempt, output);
        }

        if (attempt.HasExtras || exception is not null)
        {
            return CompleteUncommon(attempt, output, exception);
        }

        attempt.Return(output);
        if (Volatile.Read(ref _returned) is not null || !TryTellReturned(attempt, next: null, out LocalAttempt? next))
        {
            Leave(attempt);
            next = null;
        }

        return TellLeft(next);
    }

    private LocalAttempt? CompleteUncommon(LocalAttempt attempt, object? output, Exception? exception)
    {
        RetryOptions retry = attempt.TaskType.Options.Retry;
        var result = new AttemptResult
        {
            Output = output,
            Error = exception is null ? null : ErrorOf(attempt.Index, exception),
            MayRetry = exception is not null && retry.MayRetry(exception),
            RetryAfter = exception is null ? null : retry.PauseOf(exception),
            Usage = attempt.Extras.Usage,
        };
        return attempt.Extras.TakeAdditions() is { } additions && exception is null
            ? CompleteWithAdditions(attempt, result, additions)
            : Tell((attempt, result), static (run, told, now, commands) => run.Returned(told.attempt, told.result, now, commands));
    }

    /// <summary>Tells the core something inside the gate and carries out what it decides. Never throws: what is unexpected ends the run, by name.</summary>
    /// <returns>An attempt to begin, for the caller's thread; for the others workers are on their way.</returns>
    private LocalAttempt? Tell<TState>(TState state, Action<LocalRun, TState, long, HostCommands> what)
    {
        var effects = new GateEffects();
        lock (_gate)
        {
            if (_isDetached)
            {
                return null;
            }

            bool wasInside = _isInside;
            _isInside = true;
            try
            {
                what(this, state, LatestTime(), _commands);
                Register(ref effects);
            }
            catch (Exception exception)
            {
                Abort(exception, ref effects);
            }

            _isInside = wasInside;
        }

        Follow(effects);
        return TellLeft(effects.Next);
    }

    /// <summary>Leaves an attempt that has returned where whoever is inside the gate finds it.</summary>
    private void Leave(LocalAttempt attempt)
    {
        LocalAttempt? latest;
        do
        {
            latest = Volatile.Read(ref _returned);
            attempt.ReturnedBefore = latest;
        }
        while (Interlocked.CompareExchange(ref _returned, attempt, latest) != latest);
    }

    /// <summary>Tells the core of the attempts that were left, unless somebody is inside, who will see them.</summary>
    private LocalAttempt? TellLeft(LocalAttempt? next)
    {
        // A barrier comes before this look (in Leave, or in Follow after the gate): whoever leaves an attempt and we do not miss each other.
        while (Volatile.Read(ref _returned) is not null && TryTellReturned(null, next, out LocalAttempt? another))
        {
            next = another;
        }

        return next;
    }

    /// <summary>Tells the core that attempts have returned, unless somebody is inside.</summary>
    /// <param name="attempt">The attempt; <see langword="null"/> for those that were left.</param>
    /// <param name="next">What this thread runs next, so far.</param>
    /// <param name="another">What it runs next.</param>
    private bool TryTellReturned(LocalAttempt? attempt, LocalAttempt? next, out LocalAttempt? another)
    {
        another = next;
        if (!_gate.TryEnter())
        {
            return false;
        }

        if (_isInside || _isDetached)
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
            _core.BeginMoment();
            for (attempt ??= TakeLeft(); attempt is not null; attempt = attempt.ReturnedBefore)
            {
                Take(attempt);
                if (_core.Returned(attempt.Index, attempt.Attempt, attempt.Output, now, _commands))
                {
                    Cache(attempt);
                }
            }

            _core.EndMoment(now, _commands);
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

    /// <returns>The attempts that were left, in the order in which they were.</returns>
    private LocalAttempt? TakeLeft()
    {
        LocalAttempt? first = null;
        for (LocalAttempt? next = Interlocked.Exchange(ref _returned, null); next is not null;)
        {
            (next.ReturnedBefore, first, next) = (first, next, next.ReturnedBefore);
        }

        return first;
    }

    private void Returned(LocalAttempt attempt, in AttemptResult result, long now, HostCommands commands)
    {
        Take(attempt);
        if (_core.Returned(attempt.Index, attempt.Attempt, result, now, commands))
        {
            Cache(attempt);
        }
    }

    /// <summary>An attempt that has returned runs no longer.</summary>
    private void Take(LocalAttempt attempt)
    {
        if (_running[attempt.Index] == attempt)
        {
            _running[attempt.Index] = null;
            _stopSources.Return(attempt.StopSource, attempt.IsToldToStop);
        }
    }

    /// <summary>
    /// Attempts count as running from the moment of the command, so that a cancellation finds them. One that is told to stop before its
    /// code has begun never begins: it is taken back on the spot, so nothing new starts after a cancellation has returned.
    /// </summary>
    private void Register(ref GateEffects effects)
    {
        List<HostCommand> others = _commands.Others;
        BeginLater(ref effects);
        int kept = 0;
        for (int i = 0; i < others.Count; i++)
        {
            HostCommand command = others[i];
            LocalAttempt? attempt = command.Kind is HostCommandKind.StopAttempt or HostCommandKind.WakeAttempt ? RunningOf(command) : null;
            if (command.Kind != HostCommandKind.StopAttempt || attempt is null)
            {
                others[kept++] = command with { Host = attempt };
            }
            else if (attempt.TryRevoke())
            {
                (effects.Revoked ??= []).Add(attempt);
                _running[command.Subtask] = null;
                _core.Revoked(attempt.Index, attempt.Attempt, LatestTime(), _commands);
                BeginLater(ref effects);
            }
            else
            {
                attempt.IsToldToStop = true;
                others[kept++] = command with { Host = attempt };
            }
        }

        if (kept > 0)
        {
            effects.HostCommands = [.. effects.HostCommands, .. others.Take(kept)];
        }

        if (others.Count > 0)
        {
            others.Clear();
        }

        if (_journal is not null)
        {
            HoldBack(ref effects);
        }
    }

    private LocalAttempt? RunningOf(HostCommand command) => _running[command.Subtask] is { } attempt && attempt.Attempt == command.Attempt ? attempt : null;

    private void BeginLater(ref GateEffects effects)
    {
        if (_commands.Starts.Count == 0)
        {
            return;
        }

        if (Graph.Count > _running.Length)
        {
            Array.Resize(ref _running, Math.Max(Graph.Count, _running.Length * 2));
        }

        bool isAnyForOthers = false;
        foreach (AttemptStart start in _commands.Starts)
        {
#pragma warning disable CA2000 // Needs no disposal, see CancellationSourcePool.
            var attempt = new LocalAttempt(this, start, _stopSources.Rent());
#pragma warning restore CA2000
            _running[start.Subtask] = attempt;
            if (_journal is not null)
            {
                _heldBack.Starts.Add(attempt);
            }
            else if (effects.Next is null && _work.IsEmpty)
            {
                effects.Next = attempt;
            }
            else
            {
                _work.Enqueue(attempt);
                isAnyForOthers = true;
            }
        }

        _commands.Starts.Clear();
        if (isAnyForOthers)
        {
            effects.Next ??= _work.TryDequeue(out LocalAttempt? next) ? next : null;
            effects.WorkersToCall += CallWorkers();
        }
    }

    /// <summary>
    /// One worker for each attempt for which none is coming. Looks at the attempts first: a worker that takes one has said before that it is
    /// no longer coming, so none is counted that has looked in vain.
    /// </summary>
    private int CallWorkers()
    {
        int waiting = _work.Count;
        int missing = Math.Max(0, waiting - Volatile.Read(ref _workersComing));
        Interlocked.Add(ref _workersComing, missing);
        return missing;
    }

    /// <summary>The run cannot go on: everything that is open fails, instead of waiting for ever.</summary>
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
            _completion.TrySetException(new AggregateException(exception, second));
        }
    }

    /// <summary>What is to be done outside the gate.</summary>
    private void Follow(in GateEffects effects)
    {
        for (int called = 0; called < effects.WorkersToCall; called++)
        {
            Executor.Workers.Queue(this, preferLocal: false);
        }

        if (effects.WakesWriter)
        {
            Executor.Workers.Queue(() => _ = WriteAsync());
        }

        effects.Revoked?.ForEach(GiveBack);
        foreach (AttemptStart start in effects.Unused)
        {
            GiveBack(start.Lease, start.Subtask);
        }

        CarryOut(effects.HostCommands);
        _signal.Raise();
    }

    private LocalAttempt? TakeWork()
    {
        LocalAttempt? next;
        for (var spin = new SpinWait(); !_work.TryDequeue(out next) && IsWorkImminent && !spin.NextSpinWillYield; spin.SpinOnce())
        {
            // Whoever is inside is about to start something, most likely.
        }

        return next;
    }

    private bool IsWorkImminent => _isInside && !_gate.IsHeldByCurrentThread;

    /// <summary>Time as the run's facts have it: it never runs backwards.</summary>
    private long LatestTime() => _latest = Math.Max(_latest, Now());

    /// <summary>What was decided inside the gate.</summary>
    private ref struct GateEffects()
    {
        /// <summary>An attempt to begin on this thread.</summary>
        public LocalAttempt? Next { get; set; }

        public int WorkersToCall { get; set; }

        /// <summary>Whether there is something for the journal, and nobody writes.</summary>
        public bool WakesWriter { get; set; }

        public List<LocalAttempt>? Revoked { get; set; }

        /// <summary>What was about to start when the run had to be given up.</summary>
        public IReadOnlyList<AttemptStart> Unused { get; set; } = [];

        public HostCommand[] HostCommands { get; set; } = [];
    }
}
