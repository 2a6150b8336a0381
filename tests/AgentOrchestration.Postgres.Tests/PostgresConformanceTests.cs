using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Testing;

namespace AgentOrchestration.Postgres.Tests;

public sealed class PostgresConformanceTests(SharedPostgres shared)
{
    public static TheoryData<string> Checks => [.. RunStoreConformance.Checks.Concat(RunStoreConformance.InboxChecks).Select(check => check.Name)];

    [Theory(Explicit = true)]
    [MemberData(nameof(Checks))]
    public Task Postgres_keeps_every_promise(string name) => CheckAsync(name, isPooled: false);

    [Theory(Explicit = true)]
    [MemberData(nameof(Checks))]
    public Task Postgres_behind_a_pooler_of_transactions_keeps_every_promise(string name) => CheckAsync(name, isPooled: true);

    private async Task CheckAsync(string name, bool isPooled)
    {
        string connection = await shared.ConnectionStringAsync(isPooled);
        string schema = shared.NewSchema();
        List<PostgresRunStore> stores = [];
        try
        {
            await RunStoreConformance.Checks.Concat(RunStoreConformance.InboxChecks).Single(check => check.Name == name).RunAsync(
                clock =>
                {
                    stores.Add(new PostgresRunStore(connection, new PostgresRunStoreOptions { Schema = schema, LeaseClock = clock }));
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
