using System.Security.Cryptography;
using System.Text;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Testing.Stores;

/// <summary>A store that is being checked, with what all checks do with it.</summary>
internal sealed class StoreUnderTest(Func<TimeProvider, IRunStore> open, CancellationToken cancellationToken)
{
    public const string Owner = "one";

    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private IRunStore? _store;

    public StoreClock Clock { get; } = new();

    public CancellationToken End => cancellationToken;

    public IRunStore Store => _store ??= open(Clock);

    /// <summary>The same runs, as another process sees them.</summary>
    public IRunStore OpenAgain() => open(Clock);

    public NewRun NewRun(string runId) => new(runId, Clock.Now, Bytes($$"""{"run":"{{Convert.ToHexString(Encoding.UTF8.GetBytes(runId))}}"}"""));

    public async Task<RunLease> CreateAsync(string runId) =>
        await Store.CreateAsync(NewRun(runId), Owner, Lease, End).ConfigureAwait(false) ?? throw new RunStoreConformanceException($"The run '{runId}' could not be created.");

    public async Task<AppendOutcome> AppendAsync(RunLease lease, long sequence, params string[] events) =>
        await Store.AppendAsync(AppendOf(lease, sequence, events), End).ConfigureAwait(false);

    public static JournalAppend AppendOf(RunLease lease, long sequence, params string[] events) =>
        new() { Lease = lease, Sequence = sequence, Events = [.. events.Select(text => (ReadOnlyMemory<byte>)Bytes(text))] };

    public static JournalBlob BlobOf(byte[] content) => new(Convert.ToHexString(SHA256.HashData(content)), content);

    public Task<string[]> ReadAsync(string runId, long from = 0) => ReadAsync(Store, runId, from);

    public async Task<string[]> ReadAsync(IRunStore store, string runId, long from = 0)
    {
        List<string> events = [];
        await foreach (ReadOnlyMemory<byte> content in store.ReadAsync(runId, from, End).ConfigureAwait(false))
        {
            events.Add(Encoding.UTF8.GetString(content.Span));
        }

        return [.. events];
    }

    public async Task<StoredRun[]> ListAsync(RunQuery query)
    {
        List<StoredRun> runs = [];
        await foreach (StoredRun run in Store.ListAsync(query, End).ConfigureAwait(false))
        {
            runs.Add(run);
        }

        return [.. runs];
    }

    public async Task<StoredRun> FindAsync(string runId) =>
        await Store.FindAsync(runId, End).ConfigureAwait(false) ?? throw new RunStoreConformanceException($"The run '{runId}' is not found.");

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new RunStoreConformanceException($"{what} is {actual?.ToString() ?? "nothing"}, not {expected?.ToString() ?? "nothing"}.");
        }
    }

    public static void Same(IEnumerable<string> expected, IEnumerable<string> actual, string what) =>
        Equal(string.Join('\n', expected), string.Join('\n', actual), what);

    public static void True(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RunStoreConformanceException(otherwise);
        }
    }

    public static async Task ThrowsAsync<TException>(Func<Task> action, string what)
        where TException : Exception
    {
        try
        {
            await action().ConfigureAwait(false);
        }
        catch (TException)
        {
            return;
        }

        throw new RunStoreConformanceException($"{what} is not refused with {typeof(TException).Name}.");
    }
}
