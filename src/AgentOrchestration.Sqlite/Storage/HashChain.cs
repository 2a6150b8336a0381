using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>
/// The SHA-256 chain over a journal: each append is hashed with its place and the hash before it, the first with that of the header. The last
/// hash stands with the run and vouches for the whole; of the others a part is kept beside each append, which tells where damage begins.
/// </summary>
internal static class HashChain
{
    private const int MarkLength = 8;

    public static byte[] MarkOf(byte[] hash) => hash[..MarkLength];

    public static byte[] Origin(NewRun run) => Origin(run.RunId, run.CreatedAt.UtcTicks, run.Header.Span);

    public static byte[] Origin(string runId, long created, ReadOnlySpan<byte> header)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] id = Encoding.UTF8.GetBytes(runId);
        Span<byte> numbers = stackalloc byte[sizeof(long) + sizeof(int)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, created);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[sizeof(long)..], id.Length);
        hash.AppendData(numbers);
        hash.AppendData(id);
        hash.AppendData(header);
        return hash.GetHashAndReset();
    }

    public static byte[] Next(ReadOnlySpan<byte> head, long sequence, int count, ReadOnlySpan<byte> lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[sizeof(long) + sizeof(int)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, sequence);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[sizeof(long)..], count);
        hash.AppendData(head);
        hash.AppendData(numbers);
        hash.AppendData(lines);
        return hash.GetHashAndReset();
    }
}
