using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Makes commands with typed parameters, by their positions.</summary>
internal static class CommandExtensions
{
#pragma warning disable CA2100 // Every text is one of the statements, in which values are parameters.
    public static NpgsqlCommand NewCommand(this NpgsqlConnection connection, string sql, int? timeout = null)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.CommandTimeout = timeout ?? command.CommandTimeout;
        return command;
    }
#pragma warning restore CA2100

    public static NpgsqlCommand Add<T>(this NpgsqlCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }
}
