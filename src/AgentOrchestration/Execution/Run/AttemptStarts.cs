using System.Collections.Concurrent;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Starts attempts, and knows those that run. As a work item it is one worker: it begins attempts as long as there are any that have started, one
/// after another on its thread.
/// </summary>
internal sealed class AttemptStarts(LocalRun owner, RunEnvironment run, RunGate gate) : IThreadPoolWorkItem
{
    private readonly RunEnvironment _run = run;
    private readonly RunGate _gate = gate;

    // Used inside the gate.
    private readonly CancellationSourcePool _stopSources = new();
    private LocalAttempt?[] _running = new LocalAttempt?[run.Graph.Count];
    private Dictionary<(int Subtask, int Attempt), LocalAttempt>? _hedges;

    // Attempts that have started but whose code has not begun, in that order: what workers take next.
    private readonly ConcurrentQueue<LocalAttempt> _work = new();
    private int _workersComing;

    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Decrement(ref _workersComing);
        Work(null);
    }

    /// <summary>Runs an attempt, and on the same thread whatever there is to run, as long as code returns at once.</summary>
    public void Work(LocalAttempt? next)
    {
        while ((next ?? DequeueWork()) is { } attempt)
        {
            next = attempt.Begin();
        }
    }

    /// <summary>Inside the gate: makes the attempts that are to start. Those of a durable run are held back.</summary>
    public void Start(HostCommands commands, RunCommitter? committer, ref GateEffects effects)
    {
        if (commands.Starts.Count == 0)
        {
            return;
        }

        if (_run.Graph.Count > _running.Length)
        {
            Array.Resize(ref _running, Math.Max(_run.Graph.Count, _running.Length * 2));
        }

        bool isAnyForOthers = false;
        LocalBatch? batch = null;
        foreach (AttemptStart start in commands.Starts)
        {
#pragma warning disable CA2000 // Needs no disposal, see CancellationSourcePool.
            var attempt = new LocalAttempt(owner, start, _stopSources.Rent());
#pragma warning restore CA2000
            if (start.Ends is { } ends)
            {
                attempt.Extras.Deadline = new CodeDeadline(owner.Flow, start.Subtask, ends.OfAttempt, ends.OfSubtask);
            }

            if (owner.Calls?.CallsOf(start.Subtask) is { } calls)
            {
                attempt.Extras.Deferrable = calls;
            }

            if (start.HedgeOf > 0)
            {
                attempt.Extras.StartedAt = _gate.LatestTime();
                (_hedges ??= []).Add((start.Subtask, start.Attempt), attempt);
            }
            else
            {
                _running[start.Subtask] = attempt;
            }

            if (start.Batch is { } started)
            {
                batch = batch?.Is(started) == true ? batch : new LocalBatch(owner, started, attempt.TaskType.Invoker.Batch!);
                batch.Add(attempt);
                if (!batch.IsComplete)
                {
                    continue;
                }

                attempt = batch.Leader;
            }

            if (committer is not null)
            {
                committer.HoldBack(attempt);
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

        commands.Starts.Clear();
        if (isAnyForOthers)
        {
            effects.Next ??= _work.TryDequeue(out LocalAttempt? next) ? next : null;
            effects.WorkersToCall += CallWorkers();
        }
    }

    /// <summary>Inside the gate: the attempt that a command is for, if it runs.</summary>
    public LocalAttempt? RunningOf(HostCommand command) => RunningOf(command.Subtask, command.Attempt);

    /// <summary>Inside the gate: an attempt, if it runs.</summary>
    public LocalAttempt? RunningOf(int subtask, int attempt) =>
        _running[subtask] is { } running && running.Attempt == attempt ? running : _hedges?.GetValueOrDefault((subtask, attempt));

    /// <summary>Inside the gate: whether nothing is known of an attempt that makes a second one beside it useless: an endpoint has rejected none of its calls.</summary>
    public bool MayHedge(int subtask, int attempt) => RunningOf(subtask, attempt) is not { HasExtras: true, Extras.WasRejected: true };

    /// <summary>Inside the gate: an attempt that has returned runs no longer.</summary>
    public void RemoveRunning(LocalAttempt attempt)
    {
        if (TryRemove(attempt))
        {
            _stopSources.Return(attempt.StopSource, attempt.IsToldToStop);
        }
    }

    /// <summary>Inside the gate: revokes an attempt whose code has not begun.</summary>
    public bool TryRevoke(LocalAttempt attempt)
    {
        if (!attempt.TryRevoke())
        {
            return false;
        }

        TryRemove(attempt);
        return true;
    }

    /// <summary>Inside the gate: revokes all attempts whose code has not begun.</summary>
    /// <param name="revoked">Receives them.</param>
    /// <returns>The attempts whose code runs.</returns>
    public List<LocalAttempt> RevokeAll(List<LocalAttempt> revoked)
    {
        List<LocalAttempt> running = [];
        LocalAttempt?[] all = _hedges is null ? _running : [.. _running, .. _hedges.Values];
        foreach (LocalAttempt? attempt in all)
        {
            if (attempt is not null)
            {
                (attempt.TryRevoke() ? revoked : running).Add(attempt);
            }
        }

        return running;
    }

    private bool TryRemove(LocalAttempt attempt)
    {
        if (attempt.HedgeOf > 0)
        {
            return _hedges!.Remove((attempt.Index, attempt.Attempt));
        }

        bool isLatest = _running[attempt.Index] == attempt;
        _running[attempt.Index] = isLatest ? null : _running[attempt.Index];
        return isLatest;
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

    private LocalAttempt? DequeueWork()
    {
        LocalAttempt? next;
        for (var spin = new SpinWait(); !_work.TryDequeue(out next) && _gate.IsWorkImminent && !spin.NextSpinWillYield; spin.SpinOnce())
        {
            // The thread inside is about to start something, most likely.
        }

        return next;
    }
}
