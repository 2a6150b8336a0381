using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Reads connection strings, and refuses what the store cannot work with. No message holds a part of one: it may be a part of the password.</summary>
internal static class ConnectionSettings
{
    private const string ApplicationName = "AgentOrchestration";

    /// <summary>Refuses a malformed connection string.</summary>
    public static void Check(string connectionString) => Read(connectionString);

    /// <summary>Refuses a data source that the store cannot work with.</summary>
    public static void Check(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ThrowIfMultiplexed(new NpgsqlConnectionStringBuilder(dataSource.ConnectionString), nameof(dataSource));
    }

    /// <summary>Makes a data source for the store alone.</summary>
    public static NpgsqlDataSource Open(string connectionString)
    {
        NpgsqlConnectionStringBuilder settings = Read(connectionString);
        settings.ApplicationName ??= ApplicationName;

        // The store changes nothing of a session, so there is nothing to reset; a pooler in between would have to pass it on.
        settings.NoResetOnClose = true;

        // An append is a transaction of its own, whatever transaction its caller is in.
        settings.Enlist = false;
        if (settings.Host!.Contains(',', StringComparison.Ordinal))
        {
            settings.TargetSessionAttributes ??= "primary";
        }

        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>Names a server and a database for messages.</summary>
    public static string Describe(NpgsqlConnectionStringBuilder settings)
    {
        string host = settings.Host is { } name && (name.Contains(',', StringComparison.Ordinal) || name.StartsWith('/')) ? name : $"{settings.Host}:{settings.Port}";
        return $"{host}/{settings.Database ?? settings.Username}";
    }

    private static NpgsqlConnectionStringBuilder Read(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
        {
            throw new ArgumentException(
                "The connection string is malformed: it consists of settings that Npgsql knows, such as \"Host=db;Database=app;Username=app;Password=…\". A value that holds ; or = is written in quotation marks.",
                nameof(connectionString));
        }

        if (string.IsNullOrWhiteSpace(settings.Host))
        {
            throw new ArgumentException("The connection string names no server: add Host=….", nameof(connectionString));
        }

        ThrowIfMultiplexed(settings, nameof(connectionString));
        return settings;
    }

    private static void ThrowIfMultiplexed(NpgsqlConnectionStringBuilder settings, string parameter)
    {
        if (settings.Multiplexing)
        {
            throw new ArgumentException("Multiplexing=true is not supported: leases are renewed by blocking calls, so that they need no thread of the pool. Remove it.", parameter);
        }
    }
}
