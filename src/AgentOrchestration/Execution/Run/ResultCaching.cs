using System.Collections.Concurrent;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>Looks up the results of cacheable work in the result cache, writes new ones to it, and lets equal work of other runs wait for them.</summary>
internal sealed class ResultCaching
{
    /// <summary>How long a flight is waited for of whose work no duration is known, and at least.</summary>
    private static readonly TimeSpan UnknownWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    private readonly RunEnvironment _run;
    private readonly RunGate _gate;
    private readonly RunEnd _end;
    private readonly RunJournal? _journal;
    private readonly List<Task> _writes = [];
    private readonly Lazy<string?> _partition;

    // Whether two attempts of a subtask may run beside each other, so that what one has returned need not be the result.
    private readonly bool _mayHedge;
    private ConcurrentDictionary<int, CacheableWork>? _works;
    private ConcurrentDictionary<int, LocalAttempt>? _held;
    private bool _isUnresponsive;

    public ResultCaching(RunEnvironment run, RunGate gate, RunEnd end, RunJournal? journal)
    {
        _run = run;
        _gate = gate;
        _end = end;
        _journal = journal;
        _mayHedge = run.Options is { Extra.HedgeShare: > 0, DeferCallsWithin: null };
        _partition = new Lazy<string?>(() => run.Executor.Cache!.PartitionOf(new RunOptions(run.Options)));
        if (run.Executor.Cache is not null)
        {
            run.Core.BeginOrJoin = BeginOrJoin;
            run.Core.MayBeginEarly = MayBeginEarly;
            end.Ended.UnsafeRegister(static caching => ((ResultCaching)caching!).End(), this);
        }
    }

    /// <summary>Inside the gate: the writes so far.</summary>
    public Task[] Writes => [.. _writes];

    /// <summary>
    /// Looks up the result of equal work. A cache that does not answer within the cancellation grace period is not asked again by this run, so that it
    /// delays the run only once.
    /// </summary>
    /// <returns>The result; <see langword="null"/> when there is none, when it cannot be cached, or when the cache does not answer.</returns>
    public async ValueTask<CachedOutput?> FindAsync(int subtask, TaskDescriptor taskType, string identity)
    {
        if (_run.Executor.Cache is not { } cache || !taskType.MayCache || Volatile.Read(ref _isUnresponsive))
        {
            return null;
        }

        // On a thread of its own: a cache may block the thread that calls it.
        Task<CachedOutput?> answer = _run.Executor.Workers.RunAsync(() => FindAsync(cache, subtask, taskType, identity));
        TimeSpan atMost = _run.Options.CancellationGracePeriod;
        try
        {
            return await answer.WaitAsync(atMost, _run.Executor.TimeProvider, _end.Ended).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && !answer.IsCompleted)
        {
            if (!_end.Ended.IsCancellationRequested && !Interlocked.Exchange(ref _isUnresponsive, true))
            {
                ExecutionLog.CacheNotAnswering(_run.Executor.Logger, _run.RunId, atMost);
            }

            _ = IgnoreAsync(answer);
            return null;
        }
    }

    /// <summary>Waits until the flight that a subtask has joined has ended, or has taken too long.</summary>
    /// <returns>Whether the run continues.</returns>
    public async Task<bool> AwaitFlightAsync(int subtask)
    {
        if (WorkOf(subtask)?.Watch is { Other: { } flight } watch)
        {
            _run.Executor.Flights.Wait(watch);
            TimeSpan longest = _run.Executor.Ordering.Observed.NearlyAll(_run.Graph.SubtaskAt(subtask)) * 2 ?? UnknownWait;
            TimeSpan left = longest - _run.Executor.TimeProvider.GetElapsedTime(flight.StartedAt);
            await flight.Completion.WaitAsync(left > ShortestWait ? left : ShortestWait, _run.Executor.TimeProvider, _end.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !_end.Ended.IsCancellationRequested;
    }

    /// <summary>
    /// The code of an attempt has returned: writes its output for the cache while nothing but its own code has it. An output alone is not all that work
    /// which adds subtasks gives. Costs the others nothing.
    /// </summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="output">Its output.</param>
    /// <param name="hasSucceeded">Whether it has one.</param>
    public void OnReturned(LocalAttempt attempt, object? output, bool hasSucceeded)
    {
        if (WorkOf(attempt.Index) is { } work)
        {
            byte[]? entry = hasSucceeded ? EntryOf(attempt, output, work) : null;
            if (entry is not null)
            {
                attempt.Extras.CacheEntry = entry;
                _journal?.KeepPlace(attempt.Index, attempt.Attempt, work.Place);
                if (attempt.IsEarly)
                {
                    // Nobody finds it before it counts.
                    LazyInitializer.EnsureInitialized(ref _held, static () => new())[attempt.Index] = attempt;
                }
                else if (!_mayHedge)
                {
                    _run.Executor.Cache!.Keep(attempt.TaskType, work.Place, entry);
                }
            }

            if (!_mayHedge)
            {
                _run.Executor.Flights.End(work.Watch, entry);
            }
        }
    }

    /// <summary>
    /// Inside the gate, so that the end of the run finds the write: it is decided what an attempt that has returned counts for. Its result is written to the cache;
    /// where two may run beside each other, nobody finds it before, and other runs wait as long as one of them runs.
    /// </summary>
    public void OnReported(LocalAttempt attempt, bool counts)
    {
        if (counts)
        {
            BeginToStore(attempt);
        }

        if (_mayHedge && WorkOf(attempt.Index) is { } work && _run.Core.State.StateOf(attempt.Index) != SubtaskState.Running)
        {
            _run.Executor.Flights.End(work.Watch, entry: null);
        }
    }

    /// <summary>Inside the gate: all attempts of a subtask that run were asked to stop. No other run waits for them any longer.</summary>
    public void OnStopped(int subtask)
    {
        if (WorkOf(subtask) is { } work)
        {
            _run.Executor.Flights.End(work.Watch, entry: null);
        }
    }

    private void BeginToStore(LocalAttempt attempt)
    {
        if (attempt.HasExtras && attempt.Extras is { CacheEntry: { } entry } && WorkOf(attempt.Index) is { } work)
        {
            if (attempt.IsEarly || _mayHedge)
            {
                _run.Executor.Cache!.Keep(attempt.TaskType, work.Place, entry);
                _run.Executor.Flights.End(work.Watch, entry);
            }

            _writes.Add(BeginToStore(attempt, work.Place, entry));
            Forget(attempt.Index);
        }
    }

    /// <summary>Inside the gate: the output of an early attempt counts now. One that was made in another process is not there.</summary>
    public void BeginToStoreHeld(int subtask, int number)
    {
        if (Volatile.Read(ref _held) is { } held && held.TryRemove(subtask, out LocalAttempt? attempt) && attempt.Attempt == number)
        {
            BeginToStore(attempt);
        }
    }

    /// <summary>The run has ended here: what it knew of others, and others of it, is forgotten.</summary>
    private void End()
    {
        foreach (int subtask in Volatile.Read(ref _works)?.Keys ?? [])
        {
            Forget(subtask);
        }
    }

    private void Forget(int subtask)
    {
        if (_works!.TryRemove(subtask, out CacheableWork? work))
        {
            _run.Executor.Flights.Remove(work.Watch);
        }
    }

    private async Task<CachedOutput?> FindAsync(IResultCache cache, int subtask, TaskDescriptor taskType, string identity)
    {
        CachePlace place = await cache.PlaceAsync(taskType, identity, _partition.Value, _end.Ended).ConfigureAwait(false);
        CacheableWork work = WorkFor(subtask, place.Key);
        work.Place = place;
        if (_end.Ended.IsCancellationRequested)
        {
            // The run may have forgotten all others before this one was added.
            End();
            return null;
        }

        Flight? joined = work.Watch.HasWaited ? work.Watch.Other : null;
        CachedOutput? found = await FindAsync(cache, subtask, taskType, place).ConfigureAwait(false)
            ?? (joined?.Entry is { } entry ? cache.Read(taskType, place, entry) : null);
        if (found is null)
        {
            return null;
        }

        Forget(subtask);
        return joined?.Entry is null ? found : found with { Origin = OutputOrigin.Flight };
    }

    /// <summary>What cannot be read is made again, and kept in its place.</summary>
    private async ValueTask<CachedOutput?> FindAsync(IResultCache cache, int subtask, TaskDescriptor taskType, CachePlace place)
    {
        try
        {
            return await cache.FindAsync(taskType, place, _end.Ended).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            ExecutionLog.NotShared(_run.Executor.Logger, _run.Shown(subtask, exception), _run.RunId, _run.Graph.SubtaskAt(subtask).Id);
            return null;
        }
    }

    /// <summary>An early preparation of a subtask and that of its turn may come here at the same time: only one of them watches flights.</summary>
    private CacheableWork WorkFor(int subtask, string key)
    {
        if (WorkOf(subtask) is { } known)
        {
            return known;
        }

        CacheableWork made = Watch(subtask, key);
        CacheableWork kept = LazyInitializer.EnsureInitialized(ref _works, static () => new()).GetOrAdd(subtask, made);
        if (!ReferenceEquals(kept, made))
        {
            _run.Executor.Flights.Remove(made.Watch);
        }

        return kept;
    }

    private CacheableWork Watch(int subtask, string key)
    {
        var watch = new FlightWatch(key, new JoinedFlight(_run.RunId, _run.Graph.SubtaskAt(subtask).Id), watch => OnBegun(subtask, watch));
        _run.Executor.Flights.Add(watch);
        return new CacheableWork(watch);
    }

    /// <summary>Called by the core, inside the gate: an attempt is about to start.</summary>
    /// <returns>The attempt of another run that it waits for instead; <see langword="null"/> when it starts.</returns>
    private JoinedFlight? BeginOrJoin(int subtask, long now)
    {
        if (WorkOf(subtask) is not { } work)
        {
            return null;
        }

        work.StartedAt = now;
        return _run.Executor.Flights.TryBegin(work.Watch) ? null : work.Watch.Other!.Owner;
    }

    /// <summary>Called by the core, inside the gate: an attempt is about to start early. No other run waits for it, because it may come to nothing.</summary>
    /// <returns>Whether no other run does the work now.</returns>
    private bool MayBeginEarly(int subtask, long now)
    {
        if (WorkOf(subtask) is not { } work)
        {
            return true;
        }

        work.StartedAt = now;
        return work.Watch.Other is not { MayHaveResult: true };
    }

    /// <summary>Called in the run that has begun the work, inside its gate; this run is notified outside of it.</summary>
    private void OnBegun(int subtask, FlightWatch watch) => _run.Executor.Workers.Queue(() => _run.QueueOnPool(_gate.Report(
        (subtask, watch),
        static (core, begun, now, commands) =>
        {
            if (begun.watch is { HasWaited: false, Other: { MayHaveResult: true } other })
            {
                core.TryJoin(begun.subtask, other.Owner, now, commands);
            }
        })));

    private CacheableWork? WorkOf(int subtask) => Volatile.Read(ref _works) is { } works && works.TryGetValue(subtask, out CacheableWork? work) ? work : null;

    private byte[]? EntryOf(LocalAttempt attempt, object? output, CacheableWork work)
    {
        if (attempt.HasExtras && (attempt.Extras.IsUncacheable || attempt.Extras.HasAdditions))
        {
            return null;
        }

        try
        {
            TaskUsage usage = attempt.HasExtras ? attempt.Extras.Usage ?? TaskUsage.None : TaskUsage.None;
            long duration = Math.Max(0, _run.Executor.TimeProvider.GetUtcNow().UtcTicks - (attempt.HedgeOf > 0 ? attempt.Extras.StartedAt : work.StartedAt));
            byte[] entry = _run.Executor.Cache!.Write(attempt.TaskType, output, work.Place, new AvoidedWork(usage, duration));
            return _run.Secrets.AreIn(entry) ? null : entry;
        }
        catch (Exception exception)
        {
            ExecutionLog.CacheWriteFailed(_run.Executor.Logger, _run.Shown(attempt.Index, exception), _run.RunId, attempt.Subtask.Id);
            return null;
        }
    }

    /// <summary>Apart from its caller, which every attempt comes through and most leave at once: what is captured here costs the others nothing.</summary>
    private Task BeginToStore(LocalAttempt attempt, CachePlace place, byte[] entry) =>
        _run.Executor.Workers.RunAsync(() => StoreAsync(_run.Executor.Cache!, attempt, place, entry));

    /// <summary>An answer that comes too late, or after the end of the run, is not used, whatever it is.</summary>
    private static async Task IgnoreAsync(Task answer) => await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task StoreAsync(IResultCache cache, LocalAttempt attempt, CachePlace place, byte[] entry)
    {
        try
        {
            await cache.StoreAsync(attempt.TaskType, place, entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ExecutionLog.CacheWriteFailed(_run.Executor.Logger, _run.Shown(attempt.Index, exception), _run.RunId, attempt.Subtask.Id);
        }
    }
}
