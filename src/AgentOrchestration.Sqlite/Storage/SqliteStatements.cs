using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The prepared statements of a connection. Everything from outside is a parameter. One caller at a time.</summary>
internal sealed class SqliteStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    public SqliteCommand Of(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_commands.TryGetValue(sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of this assembly; nothing from outside is in it.
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach ((string name, _) in parameters)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = name });
            }

            _commands.Add(sql, command);
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = parameters[i].Value ?? DBNull.Value;
        }

        return command;
    }

    public void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => Of(sql, parameters).ExecuteNonQuery();

    public object? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => Of(sql, parameters).ExecuteScalar();

    public void Dispose()
    {
        foreach (SqliteCommand command in _commands.Values)
        {
            command.Dispose();
        }
    }
}
