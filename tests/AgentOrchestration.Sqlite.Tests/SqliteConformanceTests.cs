using AgentOrchestration.Testing;

namespace AgentOrchestration.Sqlite.Tests;

public sealed class SqliteConformanceTests
{
    public static TheoryData<string> Checks => [.. RunStoreConformance.Checks.Concat(RunStoreConformance.InboxChecks).Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task Sqlite_keeps_every_promise(string name)
    {
        using var folder = new TemporaryFolder();
        List<SqliteRunStore> stores = [];
        try
        {
            await RunStoreConformance.Checks.Concat(RunStoreConformance.InboxChecks).Single(check => check.Name == name).RunAsync(
                clock =>
                {
                    stores.Add(new SqliteRunStore(folder.Database, clock));
                    return stores[^1];
                },
                TestContext.Current.CancellationToken);
        }
        finally
        {
            stores.ForEach(store => store.Dispose());
        }
    }
}
