using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The form of a file of runs: its tables, its version, its identity and its key.</summary>
/// <param name="faults">The errors of the file.</param>
/// <param name="mark">The mark beside the file.</param>
/// <param name="key">The application's key; empty for none.</param>
internal sealed class SqliteForm(FileFaults faults, CommitMark mark, byte[] key)
{
    private const int SchemaVersion = 5;

    /// <summary>The oldest form that is brought to this one when a file is opened.</summary>
    private const int OldestUpgraded = 4;

    // "AGOR", so that another application's database is not taken for one of runs.
    private const int ApplicationId = 0x41474F52;

    /// <summary>Refuses a file that is empty although there have been commits.</summary>
    public void ThrowIfMarked()
    {
        if (mark.IsThere)
        {
            throw faults.CutOff();
        }
    }

    /// <summary>Makes the tables of a new file, brings one of the form before to this one, and refuses any other.</summary>
    public void Prepare(SqliteConnection connection)
    {
        int version = (int)(long)connection.Scalar("PRAGMA user_version")!;
        int application = (int)(long)connection.Scalar("PRAGMA application_id")!;
        bool isEmpty = (long)connection.Scalar("SELECT count(*) FROM sqlite_schema")! == 0;
        if (isEmpty && version == 0 && application == 0)
        {
            ThrowIfMarked();
            Create(connection);
        }
        else if (application != ApplicationId)
        {
            throw faults.OfAnotherApplication();
        }
        else if (version > SchemaVersion)
        {
            throw faults.OfAnotherForm(version, SchemaVersion, "Use the version that wrote it, or a later one.");
        }
        else if (isEmpty || version < 1)
        {
            throw faults.Damaged("its form is unknown.");
        }
        else if (version < OldestUpgraded)
        {
            throw faults.OfAnotherForm(version, SchemaVersion, "Finish its runs with the version that wrote it, and use another file.");
        }
        else if (version < SchemaVersion)
        {
            connection.Execute($"ALTER TABLE runs ADD COLUMN task_types TEXT; {Additions}");
        }
    }

    /// <summary>Refuses a file that has another key, or one where none was given.</summary>
    public void CheckKey(SqliteConnection connection, ReadOnlySpan<byte> identity)
    {
        byte[]? check = connection.Scalar("SELECT key_check FROM store") as byte[];
        if (check is null && key.Length > 0)
        {
            throw faults.WithoutKey();
        }

        if (check is not null && key.Length == 0)
        {
            throw faults.KeyMissing();
        }

        if (check is not null && !CryptographicOperations.FixedTimeEquals(check, HashChain.CheckOf(identity, key)))
        {
            throw faults.KeyWrong();
        }
    }

    /// <summary>Reads which file it is, and how many commits it has had.</summary>
    public (byte[] Identity, long Commits) ReadIdentity(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT identity, commits FROM store";
        using SqliteDataReader reader = command.ExecuteReader();
        return reader.Read() && reader.GetValue(0) is byte[] { Length: CommitMark.IdentityLength } identity
            ? (identity, reader.GetInt64(1))
            : throw faults.Damaged("it has lost its identity.");
    }

    private void Create(SqliteConnection connection)
    {
        connection.Execute(Schema);
        byte[] identity = RandomNumberGenerator.GetBytes(CommitMark.IdentityLength);
        using (SqliteCommand command = connection.CreateCommand())
        {
            command.CommandText = "INSERT INTO store VALUES ($identity, 0, 0, $check)";
            command.Parameters.AddWithValue("$identity", identity);
            command.Parameters.AddWithValue("$check", key.Length == 0 ? DBNull.Value : HashChain.CheckOf(identity, key));
            command.ExecuteNonQuery();
        }

        using var chain = new HashChain(HashChain.SecretOf(identity, key));
        RunDirectory.Begin(connection, chain);
    }

    private static string Schema => string.Create(CultureInfo.InvariantCulture, $"""
        CREATE TABLE store (identity BLOB NOT NULL, commits INTEGER NOT NULL, open INTEGER NOT NULL, key_check BLOB) STRICT;
        CREATE TABLE runs (
            key INTEGER PRIMARY KEY, run_id TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
            sequence INTEGER NOT NULL, origin BLOB NOT NULL, head BLOB NOT NULL, outcome TEXT,
            token INTEGER NOT NULL, owner TEXT, granted INTEGER NOT NULL, expires INTEGER NOT NULL,
            ended INTEGER NOT NULL, subtasks INTEGER NOT NULL, name TEXT, goal TEXT NOT NULL, tags TEXT, seal BLOB NOT NULL, task_types TEXT) STRICT;
        CREATE INDEX runs_by_age ON runs (created, run_id);
        CREATE INDEX runs_by_outcome ON runs (outcome, created, run_id);
        CREATE INDEX runs_ended_by_age ON runs (created, run_id) WHERE outcome IS NOT NULL;
        CREATE INDEX runs_ended_by_update ON runs (updated) WHERE outcome IS NOT NULL;
        CREATE INDEX runs_owned_by_age ON runs (created, run_id) WHERE owner IS NOT NULL;
        CREATE INDEX runs_by_name ON runs (name, created, run_id) WHERE name IS NOT NULL;
        CREATE TABLE tags (
            tag TEXT NOT NULL, value TEXT NOT NULL, created INTEGER NOT NULL, run_id TEXT NOT NULL, run INTEGER NOT NULL,
            PRIMARY KEY (tag, value, created, run_id)) STRICT, WITHOUT ROWID;
        CREATE INDEX tags_by_run ON tags (run);
        CREATE TABLE directory (run_id TEXT PRIMARY KEY, run INTEGER NOT NULL, previous TEXT NOT NULL, seal BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE headers (run INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
        CREATE TABLE journal (
            place INTEGER PRIMARY KEY, count INTEGER NOT NULL, events BLOB NOT NULL, head BLOB NOT NULL,
            run INTEGER AS (place >> {JournalPlace.SequenceBits}), sequence INTEGER AS (place & {JournalPlace.LastSequence})) STRICT;
        CREATE TABLE blobs (run INTEGER NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (run, name)) STRICT;
        PRAGMA application_id = {ApplicationId};
        {Additions}
        """);

    /// <summary>What form 5 has that form 4 does not, but for the column of runs: claims and commands.</summary>
    private static string Additions => string.Create(CultureInfo.InvariantCulture, $"""
        CREATE INDEX runs_free_by_age ON runs (created, run_id) WHERE outcome IS NULL AND owner IS NULL;
        CREATE TABLE commands (
            place INTEGER PRIMARY KEY, run INTEGER NOT NULL, id TEXT NOT NULL, sent INTEGER NOT NULL, content BLOB NOT NULL, seal BLOB NOT NULL,
            answer BLOB, answer_seal BLOB, UNIQUE (run, id)) STRICT;
        CREATE INDEX commands_open ON commands (run, place) WHERE answer IS NULL;
        PRAGMA user_version = {SchemaVersion};
        """);
}
