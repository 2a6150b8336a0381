using System.Net.Sockets;
using System.Security.Authentication;
using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>The errors of a database of runs, each with its name and what to do about it. None holds a password.</summary>
/// <param name="database">Server and database.</param>
/// <param name="user">The user.</param>
/// <param name="schema">The schema.</param>
internal sealed class PostgresFaults(string database, string user, string schema)
{
    public RunStoreException Damaged(string what, Exception? exception = null) =>
        new($"The schema '{schema}' of {database} is damaged: {what} Restore it from a backup; nothing of what is damaged is used.", exception);

    /// <summary>Determines whether a failure of a group may be that of one of its requests, so that the others are worth a try without it.</summary>
    public static bool IsOfOneRequest(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } => state[..2] is not ("08" or "25" or "28" or "3D" or "3F" or "42" or "53" or "58") && !state.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException => false,
        _ => true,
    };

    /// <summary>Determines whether a statement took too long, as when it waits for a lock.</summary>
    public static bool IsOfTime(Exception exception) => exception is NpgsqlException { InnerException: TimeoutException } or PostgresException { SqlState: "57014" or "55P03" };

    /// <summary>Determines whether an operation failed because its connection was lost or is that of a server that is gone: another one may be good.</summary>
    public static bool IsOfConnection(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } => state[..2] == "08" || state.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException { InnerException: IOException or SocketException } => true,
        _ => false,
    };

    public RunStoreException Explain(Exception exception) => exception switch
    {
        RunStoreException known => known,
        PostgresException answer => Explain(answer),
        NpgsqlException { InnerException: AuthenticationException } => Failed("no encrypted connection could be made", "Check the certificates of server and client, or SSL Mode.", exception),
        NpgsqlException { InnerException: null } when exception.Message.Contains("password", StringComparison.OrdinalIgnoreCase) =>
            Failed($"the server asks for a password of the user '{user}', and there is none", "Add it to the connection string.", exception),
        NpgsqlException { InnerException: TimeoutException } when exception.Message.Contains("pool", StringComparison.OrdinalIgnoreCase) =>
            Failed("all connections of the pool are in use", "Raise Max Pool Size, or give runs a data source of their own.", exception, isTransient: true),
        NpgsqlException { InnerException: TimeoutException } => Failed("it did not answer in time", "What was asked may have happened.", exception, isTransient: true),
        NpgsqlException { InnerException: SocketException } when exception.Message.StartsWith("Failed to connect", StringComparison.Ordinal) =>
            Failed("it cannot be reached", "Check that the server runs, its address, and firewalls.", exception, isTransient: true),
        NpgsqlException or IOException or SocketException or TimeoutException => Failed("the connection was lost", "What was asked may have happened.", exception, isTransient: true),
        InvalidCastException or FormatException or OverflowException => Damaged("a table holds what was not written there.", exception),
        _ => Failed("it cannot be used", "", exception, isTransient: exception is InvalidOperationException and not ObjectDisposedException),
    };

    public RunStoreException Missing() => new(
        $"The schema '{schema}' of {database} has no tables of runs, and Migrate is false. Run the scripts in the folder sql of the package AgentOrchestration.Postgres, or set Migrate to true.");

    public RunStoreException Older(int version, int known) => new(
        $"The tables of the schema '{schema}' of {database} have the version {version}; this version of the library needs {known}, and Migrate is false. Run the scripts in the folder sql of the package AgentOrchestration.Postgres from {version + 1:000}.sql on, or set Migrate to true.");

    public RunStoreException Newer(int version, int known) => new(
        $"The tables of the schema '{schema}' of {database} have the version {version}; this version of the library knows {known}. Use the version of the library that wrote them, or a later one.");

    public RunStoreException Lossy(string setting) => new(
        $"The PostgreSQL server {database} may lose what it has committed: {setting} is off. Turn it on for the user '{user}' (ALTER ROLE … SET synchronous_commit = on), or set AcceptLossyServer to true.");

    public RunStoreException WrongEncoding(string encoding) => new(
        $"The database {database} has the encoding {encoding}; runs need UTF8. Use a database that was created with ENCODING 'UTF8'.");

    public RunStoreException TooOld(int version, int oldest) => new(
        $"The PostgreSQL server {database} has the version {version / 10000}; {oldest / 10000} is the oldest that is supported.");

    public RunStoreException Standby() => new(
        $"The PostgreSQL server {database} is a standby, which takes no writes. Connect to the primary: name all hosts and add Target Session Attributes=primary.")
    { IsTransient = true };

    private RunStoreException Explain(PostgresException answer)
    {
        const string Unavailable = "What was asked may have happened.";
        string code = answer.SqlState;
        (string what, string remedy, bool isTransient) = code switch
        {
            "28P01" => ($"it refuses the password of the user '{user}'", "Correct the password in the connection string.", false),
            "28000" => ($"it refuses the user '{user}'", "Check the user name, and the server's pg_hba.conf.", false),
            "3D000" => ("the database does not exist", "Create it: CREATE DATABASE … ENCODING 'UTF8'.", false),
            "42501" => ($"the user '{user}' lacks a right", $"The user needs USAGE on the schema '{schema}' and SELECT, INSERT, UPDATE and DELETE on its tables. To create them it needs CREATE on the database; or an administrator runs the scripts in the folder sql of the package AgentOrchestration.Postgres, and Migrate is false.", false),
            "42P07" => ($"the schema '{schema}' has a table of another application", "Use a schema of its own for runs.", false),
            "3F000" or "42P01" or "42703" => ($"the tables of runs in the schema '{schema}' were removed or changed", "Restore them, then start the process again.", false),
            "25006" => ("it takes no writes", "It is a standby, or default_transaction_read_only is on. Connect to the primary, with Target Session Attributes=primary.", false),
            "53100" => ("its disk is full", "Free some space, then resume the runs.", false),
            "53300" => ("it has too many connections", "Raise max_connections, use a pooler, or lower Max Pool Size.", true),
            "57014" => ("it cancelled the statement", "If this happens again, raise statement_timeout of the user.", true),
            "58030" => ("its disk fails", "", false),
            "XX001" or "XX002" => ("it is damaged", "Restore it from a backup.", false),
            _ when code.StartsWith("08", StringComparison.Ordinal) || code is "57P01" or "57P02" or "57P03" or "57P05" => ("it is not available", Unavailable, true),
            "40001" or "40003" or "40P01" or "55P03" => ("others were in the way", "", true),
            _ => ("it refuses what was asked", "", false),
        };
        return Failed(what, remedy, answer, isTransient);
    }

    private RunStoreException Failed(string what, string remedy, Exception exception, bool isTransient = false) =>
        new($"The PostgreSQL server {database}: {what}. {remedy}{(remedy.Length == 0 ? "" : " ")}({(exception is PostgresException answer ? $"{answer.SqlState}: {answer.MessageText}" : exception.Message)})", exception) { IsTransient = isTransient };
}
