using System.Collections.Concurrent;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>Carries out what the core decides, outside the gate.</summary>
internal sealed partial class LocalRun
{
    private readonly Lock _growthGate = new();
    private ConcurrentDictionary<int, string>? _identities;
    private readonly List<Task> _cacheWrites = [];
    private LocalCompensation? _compensation;

    private void CarryOut(HostCommand[] commands)
    {
        foreach (HostCommand command in commands)
        {
            switch (command.Kind)
            {
                case HostCommandKind.Prepare:
                    Executor.Workers.Queue(() => _ = PrepareAsync(command.Subtask));
                    break;
                case HostCommandKind.Join:
                    Executor.Workers.Queue(() => Join(command.Subtask));
                    break;
                case HostCommandKind.StopAttempt:
                    ((LocalAttempt?)command.Host)?.Stop();
                    break;
                case HostCommandKind.WakeAttempt:
                    WakeAttempt(command);
                    break;
                case HostCommandKind.WakeRetry:
                    WakeAt(command.DueAt, (run, now, more) => run._core.RetryDue(command.Subtask, now, more));
                    break;
                case HostCommandKind.WakeRun:
                    WakeAt(command.DueAt, static (run, now, more) => run._core.RunDue(now, more));
                    break;
                case HostCommandKind.Compensate:
                    Compensate(command);
                    break;
                case HostCommandKind.StopCompensation:
                    _compensation?.Stop();
                    break;
                case HostCommandKind.WakeCompensation:
                    WakeAt(command.DueAt, (run, now, more) => run._core.CompensationDue(command.Subtask, command.Attempt, now, more));
                    break;
                case HostCommandKind.EndRun:
                    End();
                    break;
            }
        }
    }

    private void WakeAttempt(HostCommand wake)
    {
        if (wake.Host is LocalAttempt attempt)
        {
            attempt.Extras.Wake(_timers.Until(wake.DueAt), Executor.TimeProvider, () => OnAttemptDue(attempt));
            if (attempt.HasReturned)
            {
                attempt.Extras.End();
            }
        }
    }

    private void OnAttemptDue(LocalAttempt attempt)
    {
        bool wasRunning = _core.State.IsCurrent(attempt.Index, attempt.Attempt);
        bool mayRetry = attempt.TaskType.Options.Retry.MayRetry(new TimeoutException());
        Hand(Tell(
            (attempt, mayRetry),
            static (run, due, now, commands) =>
                run._core.AttemptDue(due.attempt.Index, due.attempt.Attempt, due.attempt.Extras.LastProgress, due.mayRetry, now, commands)));
        if (wasRunning && !_core.State.IsCurrent(attempt.Index, attempt.Attempt) && !attempt.HasReturned)
        {
            ExecutionLog.Abandoned(Executor.Logger, RunId, attempt.Subtask.Id);
        }
    }

    /// <summary>Tells the core something when it is time.</summary>
    private void WakeAt(long dueAt, Action<LocalRun, long, HostCommands> what) => _timers.At(
        dueAt,
        () => Hand(Tell(what, static (run, told, now, commands) =>
        {
            if (!run._core.State.IsEnded)
            {
                told(run, now, commands);
            }
        })));

    private async Task PrepareAsync(int subtask)
    {
        bool isComposite = Graph.SubtaskAt(subtask).IsComposite;
        Preparation preparation;
        try
        {
            preparation = ConditionHolds(subtask)
                ? isComposite ? new Preparation() : await FindOutAsync(subtask).ConfigureAwait(false)
                : new Preparation { IsConditionFalse = true };
        }
        catch (Exception exception)
        {
            preparation = new Preparation { Error = ErrorOf(subtask, exception) };
        }

        if (isComposite && preparation is { Error: null, IsConditionFalse: false })
        {
            Expand(subtask);
        }
        else
        {
            TellPrepared(subtask, preparation);
        }
    }

    private void TellPrepared(int subtask, Preparation preparation) =>
        Hand(Tell((subtask, preparation), static (run, told, now, commands) =>
        {
            if (told.preparation.Identity is { } identity)
            {
                LazyInitializer.EnsureInitialized(ref run._identities, static () => new())[told.subtask] = identity;
            }

            run._core.Prepared(told.subtask, told.preparation, now, commands);
        }));

    private bool ConditionHolds(int subtask) =>
        Graph.Inputs[subtask]?.Condition is not { } part || Graph.SubtaskAt(subtask).Condition!.Holds(Inputs.FindForCondition(part));

    private async ValueTask<Preparation> FindOutAsync(int subtask)
    {
        TaskDescriptor taskType = Graph.TaskTypes[subtask];
        string? identity = null;
        CachedOutput? cached = null;
        try
        {
            if (Kept(subtask, _reusable?.Find(Graph, subtask, Inputs)) is { } reused)
            {
                // What was done is not asked about again.
                return new Preparation { Cached = reused };
            }

            if (taskType.MayShare)
            {
                identity = WorkIdentity.Of(taskType, _fixedInputs.FixToShare(subtask));
            }

            if (identity is not null && Executor.Cache is not null && taskType.Effect == TaskEffect.Pure)
            {
                cached = await Executor.Cache.FindAsync(taskType, identity, _ended).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // Without an identity or a cache the work is simply done; what is wrong with its input shows then.
            ExecutionLog.NotShared(Executor.Logger, Shown(subtask, exception), RunId, Graph.SubtaskAt(subtask).Id);
        }

        ApprovalQuestion? question = Graph.Policies[subtask].RequiresApproval ? Approvals.QuestionOf(this, subtask, _fixedInputs.Fix(subtask)) : null;
        return new Preparation { Approval = question, Identity = identity, Cached = Kept(subtask, cached) };
    }

    /// <summary>An output that was there before, unless the journal cannot hold it.</summary>
    private CachedOutput? Kept(int subtask, CachedOutput? found)
    {
        if (_written is null || found is null)
        {
            return found;
        }

        object? output = found.Output;
        return TryKeep(subtask, attempt: 0, ref output, out _) ? found with { Output = output } : null;
    }

    /// <summary>Writes an output for the cache while nobody but its own code has it. Costs the others nothing.</summary>
    private void PrepareCacheEntry(LocalAttempt attempt, object? output)
    {
        if (Executor.Cache is { } cache && attempt.TaskType.Effect == TaskEffect.Pure && Volatile.Read(ref _identities)?.ContainsKey(attempt.Index) == true)
        {
            try
            {
                byte[]? entry = cache.Write(attempt.TaskType, output);
                attempt.Extras.CacheEntry = entry is not null && Secrets.AreIn(entry) ? null : entry;
            }
            catch (Exception exception)
            {
                ExecutionLog.CacheWriteFailed(Executor.Logger, Shown(attempt.Index, exception), RunId, attempt.Subtask.Id);
            }
        }
    }

    /// <summary>Begins to write to the cache; called in the gate, so that the end of the run finds the write.</summary>
    private void Cache(LocalAttempt attempt)
    {
        if (attempt.HasExtras && attempt.Extras.CacheEntry is { } entry && _identities!.TryGetValue(attempt.Index, out string? identity))
        {
            _cacheWrites.Add(BeginToStore(attempt, identity, entry));
        }
    }

    /// <summary>Apart from its caller, which every attempt comes through and most leave at once: what is captured here costs the others nothing.</summary>
    private Task BeginToStore(LocalAttempt attempt, string identity, byte[] entry) =>
        Executor.Workers.RunAsync(() => StoreAsync(Executor.Cache!, attempt, identity, entry));

    private async Task StoreAsync(IResultCache cache, LocalAttempt attempt, string identity, byte[] entry)
    {
        try
        {
            await cache.StoreAsync(attempt.TaskType, identity, entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ExecutionLog.CacheWriteFailed(Executor.Logger, Shown(attempt.Index, exception), RunId, attempt.Subtask.Id);
        }
    }

    private void Compensate(HostCommand command)
    {
        // Made here, so that a stop that follows finds this try and no other.
        var compensation = new LocalCompensation(this, command.Subtask, command.Attempt);
        _compensation = compensation;
        Executor.Workers.Queue(() => _ = CompensateAsync(compensation, command));
    }

    private async Task CompensateAsync(LocalCompensation compensation, HostCommand command)
    {
        RestoreContext();
        Secrets.Enter();
        SubtaskError? error = await compensation.RunAsync().ConfigureAwait(false) is { } exception ? ErrorOf(command.Subtask, exception) : null;
        Secrets.Leave();
        compensation.End();
        Hand(Tell(
            (command, error),
            static (run, told, now, commands) => run._core.Compensated(
                told.command.Subtask, told.command.Attempt, told.error, now, commands)));
    }
}
