using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>A schema of its own in a PostgreSQL server.</summary>
/// <param name="connectionString">Names the server and the database.</param>
internal sealed class PostgresBed(string connectionString) : DurableBed
{
    private const string Schema = "orchestration_benchmark";
    private const string Tables = "(VALUES ('runs'), ('tags'), ('state'), ('journal'), ('blobs'), ('commands')) AS t(name)";

    public override string Engine => DurableRow.OurPostgres;

    public override void Use(IAgentOrchestrationBuilder builder) => builder.UsePostgres(connectionString, options => options.Schema = Schema);

    public override Task<long> MeasureAsync(CancellationToken cancellationToken) => ReadAsync(
        $"SELECT coalesce(sum(pg_total_relation_size(to_regclass('{Schema}.' || name))), 0)::bigint FROM {Tables}", cancellationToken);

    public override async Task<JournalCost> WeighAsync(TimeSpan time, long grown, CancellationToken cancellationToken)
    {
        long appends = await ReadAsync($"SELECT count(*) FROM {Schema}.journal", cancellationToken);

        // Sessions report what they did when they end, a moment later.
        long updates = 0;
        for (long before = -1; updates != before;)
        {
            before = updates;
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
            updates = await ReadAsync($"SELECT coalesce(sum(n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = '{Schema}'", cancellationToken);
        }

        long hot = await ReadAsync($"SELECT coalesce(sum(n_tup_hot_upd), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = '{Schema}'", cancellationToken);
        foreach (string table in (string[])["runs", "tags", "state", "journal", "blobs", "commands"])
        {
            await ReadAsync($"VACUUM FULL {Schema}.{table}", cancellationToken);
        }

        return new JournalCost(time, grown, await MeasureAsync(cancellationToken))
        {
            BytesOfPlans = await ReadAsync($"SELECT sum(octet_length(header)) FROM {Schema}.runs", cancellationToken),
            BytesOfEvents = await ReadAsync($"SELECT sum(octet_length(lines)) FROM {Schema}.journal", cancellationToken),
            DeadRowsPerAppend = (double)updates / appends,
            ShareInPage = (double)hot / updates,
        };
    }

    public override async ValueTask DisposeAsync() => await ReadAsync($"DROP SCHEMA IF EXISTS {Schema} CASCADE", CancellationToken.None);

    private async Task<long> ReadAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
#pragma warning disable CA2100 // Text of this class; nothing from outside is in it.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }
}
