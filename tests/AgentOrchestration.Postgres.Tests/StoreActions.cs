using System.Text;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>What tests do with a store.</summary>
internal static class StoreActions
{
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static async Task<RunLease> CreateAsync(this IRunStore store, string runId) =>
        (await store.CreateAsync(new NewRun(runId, DateTimeOffset.UnixEpoch, "{\"header\":1}"u8.ToArray()), "owner", Lease, TestEnd))!;

    public static async Task<AppendOutcome> AppendAsync(this IRunStore store, RunLease lease, long sequence, params string[] events) =>
        await store.AppendAsync(AppendOf(lease, sequence, events), TestEnd);

    public static JournalAppend AppendOf(RunLease lease, long sequence, params string[] events) =>
        new() { Lease = lease, Sequence = sequence, Events = [.. events.Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))] };

    public static async Task<string[]> ReadAsync(this IRunStore store, string runId, long from = 0)
    {
        List<string> events = [];
        await foreach (ReadOnlyMemory<byte> content in store.ReadAsync(runId, from, TestEnd))
        {
            events.Add(Encoding.UTF8.GetString(content.Span));
        }

        return [.. events];
    }

    public static async Task<StoredRun[]> ListAsync(this IRunStore store, RunQuery? query = null)
    {
        List<StoredRun> runs = [];
        await foreach (StoredRun run in store.ListAsync(query ?? new RunQuery(), TestEnd))
        {
            runs.Add(run);
        }

        return [.. runs];
    }

    public static async Task<RunStoreException> RefusalAsync(Func<Task> action) => await Assert.ThrowsAsync<RunStoreException>(action);
}
