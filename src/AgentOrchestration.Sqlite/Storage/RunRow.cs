using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>What changes about a run. Times of day are in UTC ticks, those of the lease in ticks of the machine's monotonic clock.</summary>
internal sealed record RunRow
{
    /// <summary>Its key in the tables.</summary>
    public long Key { get; init; }

    public required string RunId { get; init; }

    public required long Created { get; init; }

    public required long Updated { get; init; }

    /// <summary>The number of events.</summary>
    public long Sequence { get; init; }

    /// <summary>Where the hash chain of its journal begins.</summary>
    public required byte[] Origin { get; init; }

    /// <summary>Where the hash chain of its journal ends.</summary>
    public required byte[] Head { get; init; }

    public RunOutcome? Outcome { get; init; }

    /// <summary>The token of the latest lease.</summary>
    public required long Token { get; init; }

    /// <summary>Who holds the latest lease; <see langword="null"/> when it was given back.</summary>
    public string? Owner { get; init; }

    public long Granted { get; init; }

    public long Expires { get; init; }

    public RunRow Grant(StoreMoment now, TimeSpan duration) => this with { Granted = now.Monotonic, Expires = now.Monotonic + duration.Ticks };

    public bool IsLeased(StoreMoment now) => Owner is not null && now.IsWithin(Granted, Expires);

    public RunLease? ToLease(StoreMoment now) => Owner is null ? null : new RunLease(RunId, Owner, Token, now.TimeOfDay + TimeSpan.FromTicks(Expires - now.Monotonic));

    public StoredRun ToStoredRun(StoreMoment now) =>
        new(RunId, At(Created), At(Updated), Sequence, Outcome, ToLease(now)) { IsLeased = IsLeased(now) };

    /// <summary>Stands for everything in the row, so that a damaged one is found.</summary>
    public byte[] Seal()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.UTF8.GetBytes(RunId));
        Append(hash, Encoding.UTF8.GetBytes(Owner ?? ""));
        Append(hash, Origin);
        Append(hash, Head);
        Span<byte> numbers = stackalloc byte[8 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(numbers, Created);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], Updated);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[24..], Outcome is { } outcome ? (int)outcome : -1);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[32..], Token);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[40..], Owner is null ? 0 : 1);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[48..], Expires);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[56..], Granted);
        hash.AppendData(numbers);
        return hash.GetHashAndReset();
    }

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
