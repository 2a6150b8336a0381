using System.Security.Cryptography;
using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The blobs of runs, by the hash of their content.</summary>
/// <param name="connection">The connection.</param>
/// <param name="statements">Its statements.</param>
/// <param name="runs">The entries of runs.</param>
/// <param name="faults">Describes damage.</param>
internal sealed class BlobTable(SqliteConnection connection, SqliteStatements statements, RunTable runs, FileFaults faults)
{
    /// <summary>Larger blobs are written piece by piece: SQLite would copy what is given to it whole.</summary>
    private const int LargestBound = 256 * 1024;

    public void Add(long run, JournalBlob blob)
    {
        ReadOnlySpan<byte> content = blob.Content.Span;
        if (content.Length <= LargestBound)
        {
            statements.Execute("INSERT OR IGNORE INTO blobs VALUES ($run, $name, $content)", ("$run", run), ("$name", blob.Name), ("$content", content.ToArray()));
        }
        else if (statements.Scalar(
            "INSERT OR IGNORE INTO blobs VALUES ($run, $name, zeroblob($length)) RETURNING rowid", ("$run", run), ("$name", blob.Name), ("$length", content.Length)) is long row)
        {
            using var stream = new SqliteBlob(connection, "blobs", "content", row);
            for (; content.Length > 0; content = content[Math.Min(LargestBound, content.Length)..])
            {
                stream.Write(content[..Math.Min(LargestBound, content.Length)]);
            }
        }
    }

    public void Delete(long run) => statements.Execute("DELETE FROM blobs WHERE run = $key", ("$key", run));

    public ReadOnlyMemory<byte>? Read(string runId, string name)
    {
        if (runs.Find(runId) is not { } row
            || statements.Scalar("SELECT content FROM blobs WHERE run = $run AND name = $name", ("$run", row.Key), ("$name", name)) is not { } found)
        {
            return null;
        }

        return found is byte[] content && Convert.ToHexString(SHA256.HashData(content)) == name
            ? content
            : throw faults.Damaged($"the blob {name} of the run '{runId}' is not what was written.");
    }
}
