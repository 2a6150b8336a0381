using AgentOrchestration.Benchmarks.Durable;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Sqlite;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>A file of runs that have ended; the last of them, as many as a page holds, have failed.</summary>
internal sealed class FileOfRuns : IAsyncDisposable
{
    public const int Page = 20;

    private readonly TemporaryFolder _folder = new();

    public FileOfRuns() => Store = new SqliteRunStore(Path, TimeProvider.System);

    public string Path => _folder.PathOf("runs.db");

    public SqliteRunStore Store { get; }

    public static async Task<FileOfRuns> CreateAsync(int runs)
    {
        var file = new FileOfRuns();
        await Task.WhenAll(Enumerable.Range(0, runs).Select(i => file.AddAsync(i, i < runs - Page ? RunOutcome.Succeeded : RunOutcome.Failed)));
        return file;
    }

    public ValueTask DisposeAsync()
    {
        Store.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AddAsync(int number, RunOutcome outcome)
    {
        DateTimeOffset made = DateTimeOffset.UnixEpoch.AddSeconds(number);
        RunLease lease = await Store.CreateAsync(new NewRun($"run-{number:D6}", made, "{}"u8.ToArray()), "growth", TimeSpan.FromHours(1), default)
            ?? throw new InvalidOperationException("There is such a run already.");
        await Store.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = ["{}"u8.ToArray()], Outcome = outcome }, default);
        await Store.ReleaseLeaseAsync(lease, default);
    }
}
