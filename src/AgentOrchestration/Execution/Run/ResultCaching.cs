using System.Collections.Concurrent;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>Looks up the results of pure work in the result cache, and writes new ones to it.</summary>
internal sealed class ResultCaching(RunEnvironment run, RunEnd end)
{
    private readonly List<Task> _writes = [];
    private ConcurrentDictionary<int, string>? _identities;
    private bool _isUnresponsive;

    /// <summary>Inside the gate: the writes so far.</summary>
    public Task[] Writes => [.. _writes];

    /// <summary>Inside the gate: what the work of a subtask is.</summary>
    public void Identify(int subtask, string identity) => LazyInitializer.EnsureInitialized(ref _identities, static () => new())[subtask] = identity;

    /// <summary>
    /// Looks up the result of equal work. A cache that does not answer within the cancellation grace period is not asked again by this run, so that it
    /// delays the run only once.
    /// </summary>
    /// <returns>The result; <see langword="null"/> when there is none, when it cannot be cached, or when the cache does not answer.</returns>
    public async ValueTask<CachedOutput?> FindAsync(TaskDescriptor taskType, string identity)
    {
        if (run.Executor.Cache is not { } cache || !taskType.MayCache || Volatile.Read(ref _isUnresponsive))
        {
            return null;
        }

        // On a thread of its own: a cache may block the thread that calls it.
        Task<CachedOutput?> answer = run.Executor.Workers.RunAsync(() => cache.FindAsync(taskType, identity, end.Ended).AsTask());
        TimeSpan atMost = run.Options.CancellationGracePeriod;
        try
        {
            return await answer.WaitAsync(atMost, run.Executor.TimeProvider, end.Ended).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && !answer.IsCompleted)
        {
            if (!end.Ended.IsCancellationRequested && !Interlocked.Exchange(ref _isUnresponsive, true))
            {
                ExecutionLog.CacheNotAnswering(run.Executor.Logger, run.RunId, atMost);
            }

            _ = IgnoreAsync(answer);
            return null;
        }
    }

    /// <summary>Writes an output for the cache while nothing but its own code has it. Costs the others nothing.</summary>
    public void PrepareEntry(LocalAttempt attempt, object? output)
    {
        if (run.Executor.Cache is { } cache && attempt.TaskType.MayCache && Volatile.Read(ref _identities)?.ContainsKey(attempt.Index) == true
            && !(attempt.HasExtras && attempt.Extras.IsUncacheable))
        {
            try
            {
                byte[]? entry = cache.Write(attempt.TaskType, output);
                attempt.Extras.CacheEntry = entry is not null && run.Secrets.AreIn(entry) ? null : entry;
            }
            catch (Exception exception)
            {
                ExecutionLog.CacheWriteFailed(run.Executor.Logger, run.Shown(attempt.Index, exception), run.RunId, attempt.Subtask.Id);
            }
        }
    }

    /// <summary>
    /// Inside the gate, so that the end of the run finds the write: begins to write to the cache. An output alone is not all that work which adds subtasks gives.
    /// </summary>
    public void BeginToStore(LocalAttempt attempt)
    {
        if (attempt.HasExtras && attempt.Extras is { CacheEntry: { } entry, HasAdditions: false } && _identities!.TryGetValue(attempt.Index, out string? identity))
        {
            _writes.Add(BeginToStore(attempt, identity, entry));
        }
    }

    /// <summary>Apart from its caller, which every attempt comes through and most leave at once: what is captured here costs the others nothing.</summary>
    private Task BeginToStore(LocalAttempt attempt, string identity, byte[] entry) =>
        run.Executor.Workers.RunAsync(() => StoreAsync(run.Executor.Cache!, attempt, identity, entry));

    /// <summary>An answer that comes too late, or after the end of the run, is not used, whatever it is.</summary>
    private static async Task IgnoreAsync(Task answer) => await answer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task StoreAsync(IResultCache cache, LocalAttempt attempt, string identity, byte[] entry)
    {
        try
        {
            await cache.StoreAsync(attempt.TaskType, identity, entry, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            ExecutionLog.CacheWriteFailed(run.Executor.Logger, run.Shown(attempt.Index, exception), run.RunId, attempt.Subtask.Id);
        }
    }
}
