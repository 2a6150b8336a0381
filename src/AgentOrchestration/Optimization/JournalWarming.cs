using System.Runtime.InteropServices;
using System.Text.Json;
using AgentOrchestration.Execution;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Optimization;

/// <summary>
/// Takes results of earlier runs from their journals. A line says where the cache kept its output, so what it never kept (an answer that was cut off, a
/// secret, an output that does not come back as it was) is not taken, and neither is what belongs to another model, partition or epoch.
/// </summary>
/// <param name="store">The run store.</param>
/// <param name="cache">The cache.</param>
/// <param name="options">The options of the cache.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Names the runs that cannot be read.</param>
internal sealed class JournalWarming(IRunStore store, HybridResultCache cache, ResultCacheOptions options, TimeProvider timeProvider, ILogger logger)
{
    public async Task<int> WarmAsync(CancellationToken cancellationToken)
    {
        int kept = 0;
        HashSet<string> keys = new(StringComparer.Ordinal);
        DateTimeOffset oldest = timeProvider.GetUtcNow() - cache.LongestTimeToLive;
        await foreach (StoredRun run in store.ListAsync(new RunQuery { NewestFirst = true }, cancellationToken).ConfigureAwait(false))
        {
            if (kept >= options.MaxLocalEntries)
            {
                break;
            }

            if (run.UpdatedAt < oldest)
            {
                continue;
            }

            try
            {
                kept += await WarmAsync(run.RunId, keys, options.MaxLocalEntries - kept, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is RunStoreException { IsTransient: false } or InvalidOperationException)
            {
                // One that is damaged, or was deleted meanwhile, keeps no other from being read.
                OptimizationLog.RunNotWarmed(logger, exception, run.RunId);
            }
        }

        return kept;
    }

    private async Task<int> WarmAsync(string runId, HashSet<string> keys, int most, CancellationToken cancellationToken)
    {
        int kept = 0;
        long sequence = 0;
        Dictionary<(int Subtask, int Attempt), long> started = [];
        Dictionary<(int Subtask, int Attempt), TaskUsage> used = [];
        await foreach (ReadOnlyMemory<byte> content in store.ReadAsync(runId, 0, cancellationToken).ConfigureAwait(false))
        {
            RunFact fact = JournalCodec.Read(content, runId, sequence++);
            switch (fact.Kind)
            {
                case RunFactKind.AttemptStarted:
                    started[(fact.Subtask, fact.Attempt)] = fact.Time;
                    break;
                case RunFactKind.UsageCounted when fact.Detail == 0:
                    used[(fact.Subtask, fact.Attempt)] = used.GetValueOrDefault((fact.Subtask, fact.Attempt), TaskUsage.None).Add((TaskUsage)fact.Payload!);
                    break;
                case RunFactKind.SubtaskSucceeded when kept < most && fact.Payload is StoredOutput { CacheKey: { } key, CacheEpochs: { } epochs } stored && keys.Add(key):
                    long duration = started.TryGetValue((fact.Subtask, fact.Attempt), out long begin) ? Math.Max(0, fact.Time - begin) : 0;
                    var entry = new CachedEntry(fact.Time, epochs, duration, used.GetValueOrDefault((fact.Subtask, fact.Attempt), TaskUsage.None));
                    JsonElement output = await stored.LoadAsync(store, runId, cancellationToken).ConfigureAwait(false);
                    if (await cache.TryKeepAsync(new CachePlace(key, epochs), entry.Write(JsonMarshal.GetRawUtf8Value(output)), cancellationToken).ConfigureAwait(false))
                    {
                        kept++;
                    }

                    break;
            }
        }

        return kept;
    }
}
