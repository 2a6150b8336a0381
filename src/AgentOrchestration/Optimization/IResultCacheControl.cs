using System.Text.Json.Nodes;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Optimization;

/// <summary>
/// Fills the cache of results ahead of time, and makes results in it invalid before their time. Safe for concurrent use. A change of a task type's version
/// makes its results invalid by itself.
/// </summary>
/// <remarks>
/// An invalidation counts in this process at once, and within 5 seconds in all others that share the second level (the <c>IDistributedCache</c> of the
/// application), as long as that answers. Without a second level it counts in this process only, and until its end.
/// </remarks>
/// <example>
/// <code>
/// public sealed class PriceList(IResultCacheControl results)
/// {
///     public async Task OnChangedAsync(CancellationToken cancellationToken) =&gt; await results.InvalidateTagAsync("prices", cancellationToken);
/// }
/// </code>
/// </example>
public interface IResultCacheControl
{
    /// <summary>Invalidates every cached result of a task type.</summary>
    /// <param name="taskType">The task type's name.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>A task that completes when the results are invalid here.</returns>
    ValueTask InvalidateTaskTypeAsync(string taskType, CancellationToken cancellationToken = default);

    /// <summary>Invalidates every cached result under a tag.</summary>
    /// <param name="tag">A tag of a task type's registration.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>A task that completes when the results are invalid here.</returns>
    ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>Invalidates every cached result that was made before a time, by the clock of the process that made it.</summary>
    /// <param name="time">The time. An earlier one than before changes nothing.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>A task that completes when the results are invalid here.</returns>
    ValueTask InvalidateMadeBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken = default);

    /// <summary>Makes results now that are not in the cache yet, in a run with one subtask for each input, so that nobody waits for them later.</summary>
    /// <param name="taskType">The task type's name.</param>
    /// <param name="inputs">The inputs, as arguments of a subtask; <see langword="null"/> for a task type without input.</param>
    /// <param name="options">The options of the run; with a partition of the cache those that it is made of. Default: those of the application.</param>
    /// <param name="cancellationToken">Cancels the waiting; the run is cancelled then.</param>
    /// <returns>The run as it ended: which results are there, and which failed.</returns>
    /// <exception cref="InvalidPlanException">There is no such task type, or an input does not fit it.</exception>
    Task<RunSnapshot> WarmAsync(string taskType, IEnumerable<JsonNode?> inputs, RunOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes the results of earlier runs from the run store into the memory of this process, those of the newest runs first, as many as
    /// <see cref="ResultCacheOptions.MaxLocalEntries"/>. Only results that a cache has kept then, for the same model and partition, and that are still valid. Without
    /// a second level nobody knows which results an earlier process has invalidated.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading; what was read stays.</param>
    /// <returns>The number of results.</returns>
    /// <exception cref="InvalidOperationException">Runs are not remembered.</exception>
    /// <exception cref="RunStoreException">The store cannot be read.</exception>
    Task<int> WarmFromJournalAsync(CancellationToken cancellationToken = default);
}
