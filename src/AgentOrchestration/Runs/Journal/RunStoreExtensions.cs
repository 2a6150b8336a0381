using System.Runtime.CompilerServices;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Runs.Journal;

/// <summary>Reads runs that are remembered, while they continue or afterwards, from any process; and removes old ones.</summary>
public static class RunStoreExtensions
{
    /// <summary>A store may take into one transaction what it is asked at once.</summary>
    private const int DeletedAtOnce = 64;

    /// <summary>
    /// Reads the events that the journal of a run holds now. Outputs are <see cref="System.Text.Json.JsonElement"/>s: no task type has to be
    /// registered.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The events, in order.</returns>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    /// <exception cref="RunStoreException">The store cannot be read, or what it holds of the run is damaged or of another version.</exception>
    public static async IAsyncEnumerable<RunEvent> ReadEventsAsync(
        this IRunStore store, string runId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        await CallerContext.Leave();
        ReadOnlyMemory<byte> header = await store.ReadHeaderAsync(runId, cancellationToken).ConfigureAwait(false)
            ?? throw new ArgumentException($"There is no run '{Excerpt.Of(runId)}'.", nameof(runId));
        var reader = new JournalEventReader(store, runId, RunHeader.Read(header, runId).Plan);
        await foreach (ReadOnlyMemory<byte> content in store.ReadAsync(runId, 0, cancellationToken).ConfigureAwait(false))
        {
            yield return await reader.ReadAsync(content, cancellationToken).ConfigureAwait(false);
            await CallerContext.Leave();
        }
    }

    /// <summary>A run as its journal has it now, with the results so far. Outputs are <see cref="System.Text.Json.JsonElement"/>s.</summary>
    /// <param name="store">The store.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The run; <see langword="null"/> when it was made and has not started.</returns>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    /// <exception cref="RunStoreException">The store cannot be read, or what it holds of the run is damaged or of another version.</exception>
    public static async Task<RunSnapshot?> ReadSnapshotAsync(this IRunStore store, string runId, CancellationToken cancellationToken = default)
    {
        await CallerContext.Leave();
        List<RunEvent> events = [];
        await foreach (RunEvent next in store.ReadEventsAsync(runId, cancellationToken).ConfigureAwait(false))
        {
            events.Add(next);
        }

        return events.Count == 0 ? null : RunSnapshot.Fold(events);
    }

    /// <summary>Deletes runs that ended long ago, up to 64 at once.</summary>
    /// <param name="store">The store.</param>
    /// <param name="endedBefore">Runs that ended before this time.</param>
    /// <param name="cancellationToken">Ends the deleting; what was deleted stays deleted.</param>
    /// <returns>How many were deleted.</returns>
    /// <exception cref="RunStoreException">The store fails, or some run is damaged; then the others are deleted first.</exception>
    public static async Task<int> DeleteEndedAsync(this IRunStore store, DateTimeOffset endedBefore, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        await CallerContext.Leave();
        int deleted = 0;
        List<Task<bool>> batch = [];
        try
        {
            await foreach (StoredRun run in store.ListAsync(new RunQuery { IsEnded = true, UpdatedBefore = endedBefore }, cancellationToken).ConfigureAwait(false))
            {
                batch.Add(store.DeleteAsync(run.RunId, cancellationToken).AsTask());
                if (batch.Count == DeletedAtOnce)
                {
                    await CountAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await CountAsync().ConfigureAwait(false);
        }

        return deleted;

        async Task CountAsync()
        {
            Task<bool>[] deletions = [.. batch];
            batch.Clear();
            deleted += (await Task.WhenAll(deletions).ConfigureAwait(false)).Count(wasDeleted => wasDeleted);
        }
    }
}
