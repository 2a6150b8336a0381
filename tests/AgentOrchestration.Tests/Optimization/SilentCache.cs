using Microsoft.Extensions.Caching.Hybrid;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>Answers no look-up, whether it is cancelled or not, until it is opened; stores at once.</summary>
internal sealed class SilentCache(bool blocksItsThread) : HybridCache
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lookUps;

    /// <summary>Completes when it is asked for the first time.</summary>
    public Task Asked => _asked.Task;

    /// <summary>How often it was asked.</summary>
    public int LookUps => Volatile.Read(ref _lookUps);

    public void Open() => _open.TrySetResult();

    public override async ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _lookUps);
        _asked.TrySetResult();
        if (blocksItsThread)
        {
            ((IAsyncResult)_open.Task).AsyncWaitHandle.WaitOne();
        }

        await _open.Task;
        throw new InvalidOperationException("It is too late for an answer.");
    }

    public override ValueTask SetAsync<T>(
        string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) => default;

    public override ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default) => default;

    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => default;
}
