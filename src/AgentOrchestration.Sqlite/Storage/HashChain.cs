using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>
/// Computes what vouches for the content of one file, as HMAC-SHA-256: the chain over each journal, the seal over each run's row and over each
/// entry of the directory. In the chain each append is hashed with its place and the hash before it, the first with that of the header. The secret
/// is made from the identity of the file and the application's key. Without a key it can be made from the file alone, and then it finds damage,
/// but nobody who writes it anew. One caller at a time.
/// </summary>
internal sealed class HashChain(byte[] secret) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);

    /// <summary>Makes the secret of one file.</summary>
    public static byte[] SecretOf(ReadOnlySpan<byte> identity, ReadOnlySpan<byte> key) => HMACSHA256.HashData(key, [.. "content"u8, .. identity]);

    /// <summary>Makes what a file holds to recognise its key.</summary>
    public static byte[] CheckOf(ReadOnlySpan<byte> identity, ReadOnlySpan<byte> key) => HMACSHA256.HashData(key, [.. "key"u8, .. identity]);

    public byte[] Origin(NewRun run) => Origin(run.RunId, run.CreatedAt.UtcTicks, run.Header.Span);

    public byte[] Origin(string runId, long created, ReadOnlySpan<byte> header)
    {
        Begin(Kind.Origin);
        Append(created);
        Append(runId);
        _hash.AppendData(header);
        return _hash.GetHashAndReset();
    }

    public byte[] Next(ReadOnlySpan<byte> head, long sequence, int count, ReadOnlySpan<byte> lines)
    {
        Begin(Kind.Append);
        _hash.AppendData(head);
        Append(sequence);
        Append(count);
        _hash.AppendData(lines);
        return _hash.GetHashAndReset();
    }

    /// <summary>Covers everything in the row, so that a damaged one is found.</summary>
    public byte[] Seal(RunRow row)
    {
        Begin(Kind.Row);
        Append(row.RunId);
        Append(row.Owner ?? "");
        Append(row.Origin.Length);
        _hash.AppendData(row.Origin);
        Append(row.Head.Length);
        _hash.AppendData(row.Head);
        Append(row.Created);
        Append(row.Updated);
        Append(row.Sequence);
        Append(row.Outcome is { } outcome ? (int)outcome : -1);
        Append(row.Token);
        Append(row.Owner is null ? 0 : 1);
        Append(row.Expires);
        Append(row.Granted);
        Append(row.Progress.EndedSubtasks);
        Append(row.Progress.Subtasks);
        Append(row.Name ?? "");
        Append(row.Goal);
        Append(row.Tags ?? "");
        if (row.TaskTypes is { } taskTypes)
        {
            // Without it the seal is that of the form before, so that its rows stay as they are.
            Append(taskTypes);
        }

        return _hash.GetHashAndReset();
    }

    public byte[] Seal(DirectoryEntry entry)
    {
        Begin(Kind.Entry);
        Append(entry.RunId);
        Append(entry.Run);
        Append(entry.Previous);
        return _hash.GetHashAndReset();
    }

    public byte[] SealCommand(string runId, Guid id, long sent, ReadOnlySpan<byte> content)
    {
        Begin(Kind.Command);
        Append(runId);
        _hash.AppendData(id.ToByteArray());
        Append(sent);
        _hash.AppendData(content);
        return _hash.GetHashAndReset();
    }

    public byte[] SealAnswer(string runId, Guid id, ReadOnlySpan<byte> content)
    {
        Begin(Kind.Answer);
        Append(runId);
        _hash.AppendData(id.ToByteArray());
        _hash.AppendData(content);
        return _hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();

    private void Begin(Kind kind) => _hash.AppendData([(byte)kind]);

    private void Append(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Append(bytes.Length);
        _hash.AppendData(bytes);
    }

    private void Append(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.AppendData(bytes);
    }

    /// <summary>What is hashed, so that none of one kind is taken for one of another.</summary>
    private enum Kind : byte
    {
        Origin,
        Append,
        Row,
        Entry,
        Command,
        Answer,
    }
}
