using System.Globalization;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>The form of the tables: creates them, brings them up to date, and refuses a server that does not keep what it commits.</summary>
/// <param name="faults">The errors of the database.</param>
/// <param name="options">The options, which are checked.</param>
internal sealed class PostgresForm(PostgresFaults faults, PostgresRunStoreOptions options)
{
    private const int Version = 1;
    private const int OldestServer = 140000;

    public async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await CheckServerAsync(connection, cancellationToken).ConfigureAwait(false);
        int? version = await ReadVersionAsync(connection, cancellationToken).ConfigureAwait(false);
        if (version == Version)
        {
            return;
        }

        ThrowIfNewer(version);
        if (!options.Migrate)
        {
            throw version is { } older ? faults.Older(older, Version) : faults.Missing();
        }

        await MigrateAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckServerAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string Sql = "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_setting('synchronous_commit'), current_setting('fsync'), pg_is_in_recovery()";
        NpgsqlCommand command = CommandOf(connection, Sql);
        await using (command.ConfigureAwait(false))
        {
            NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (reader.GetInt32(0) < OldestServer)
                {
                    throw faults.TooOld(reader.GetInt32(0), OldestServer);
                }

                if (reader.GetString(1) != "UTF8")
                {
                    throw faults.WrongEncoding(reader.GetString(1));
                }

                if (!options.AcceptLossyServer && (reader.GetString(2) == "off" || reader.GetString(3) == "off"))
                {
                    throw faults.Lossy(reader.GetString(2) == "off" ? "synchronous_commit" : "fsync");
                }

                if (reader.GetBoolean(4))
                {
                    throw faults.Standby();
                }
            }
        }
    }

    private async Task<int?> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (await ScalarAsync(connection, "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'store'", cancellationToken, options.Schema).ConfigureAwait(false) is null)
        {
            return null;
        }

        return await ScalarAsync(connection, $"""SELECT version FROM "{options.Schema}".store""", cancellationToken).ConfigureAwait(false) is int version && version > 0
            ? version
            : throw faults.Damaged("its version is unknown.");
    }

    /// <summary>One process does it, in one transaction; the others wait for it and find it done.</summary>
    private async Task MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await ScalarAsync(connection, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", cancellationToken, $"AgentOrchestration.Postgres {options.Schema}").ConfigureAwait(false);
            int? version = await ReadVersionAsync(connection, cancellationToken).ConfigureAwait(false);
            ThrowIfNewer(version);
            if (await ScalarAsync(connection, "SELECT 1 FROM pg_namespace WHERE nspname = $1", cancellationToken, options.Schema).ConfigureAwait(false) is null)
            {
                await ScalarAsync(connection, $"""CREATE SCHEMA "{options.Schema}" """, cancellationToken).ConfigureAwait(false);
            }

            for (int next = (version ?? 0) + 1; next <= Version; next++)
            {
                await ScalarAsync(connection, await ReadScriptAsync(next, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void ThrowIfNewer(int? version)
    {
        if (version > Version)
        {
            throw faults.Newer(version.Value, Version);
        }
    }

    private async Task<string> ReadScriptAsync(int version, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{version:000}.sql");
        using var reader = new StreamReader(typeof(PostgresForm).Assembly.GetManifestResourceStream(name)!);
        string script = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        return script.Replace(":\"schema\"", $"\"{options.Schema}\"", StringComparison.Ordinal);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, string? value = null)
    {
        NpgsqlCommand command = CommandOf(connection, sql);
        await using (command.ConfigureAwait(false))
        {
            if (value is not null)
            {
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
            }

            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
    }

#pragma warning disable CA2100 // The name of the schema is checked; values are parameters.
    private static NpgsqlCommand CommandOf(NpgsqlConnection connection, string sql) => new(sql, connection);
#pragma warning restore CA2100
}
