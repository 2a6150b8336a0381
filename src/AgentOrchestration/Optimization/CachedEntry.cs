using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Optimization;

/// <summary>
/// A result as the cache keeps it: a mark that no JSON begins with, the length of a header, the header, and the result as JSON. What an earlier version
/// has kept is the JSON alone, of which nobody knows to which epochs it belongs.
/// </summary>
/// <param name="At">When it was made, in UTC ticks.</param>
/// <param name="Epochs">The epochs that it belongs to.</param>
/// <param name="Duration">How long making it took, in ticks.</param>
/// <param name="Usage">What making it used.</param>
internal sealed record CachedEntry(long At, string Epochs, long Duration, TaskUsage? Usage)
{
    private const byte Mark = 0x01;
    private const int HeaderAt = 1 + sizeof(int);

    /// <summary>What making it used and took; <see langword="null"/> when that is not recorded.</summary>
    [JsonIgnore]
    public AvoidedWork? Work => Usage is null ? null : new AvoidedWork(Usage, Duration);

    /// <summary>
    /// What making it again costs: its price, else a millionth for each token; and a millionth for each second, so that work without models counts too.
    /// </summary>
    [JsonIgnore]
    public double Cost =>
        (Usage is null ? 0 : Usage.Cost > 0 ? (double)Usage.Cost : Usage.Tokens * 1e-6) + (TimeSpan.FromTicks(Duration).TotalSeconds * 1e-6);

    /// <summary>Writes the entry.</summary>
    /// <param name="result">The result as JSON.</param>
    public byte[] Write(ReadOnlySpan<byte> result)
    {
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(this, CachedEntryJsonContext.Default.CachedEntry);
        byte[] entry = new byte[HeaderAt + header.Length + result.Length];
        entry[0] = Mark;
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(1), header.Length);
        header.CopyTo(entry, HeaderAt);
        result.CopyTo(entry.AsSpan(HeaderAt + header.Length));
        return entry;
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="content">The entry.</param>
    /// <param name="result">The result as JSON.</param>
    /// <returns>The header; <see langword="null"/> when it is no such entry.</returns>
    public static CachedEntry? TryRead(byte[]? content, out ReadOnlySpan<byte> result)
    {
        result = [];
        if (content is null || content.Length < HeaderAt || content[0] != Mark
            || BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(1)) is var length && (length <= 0 || length > content.Length - HeaderAt))
        {
            return null;
        }

        try
        {
            CachedEntry? header = JsonSerializer.Deserialize(content.AsSpan(HeaderAt, length), CachedEntryJsonContext.Default.CachedEntry);
            result = content.AsSpan(HeaderAt + length);
            return header is { Epochs: not null, Duration: >= 0 } ? header with { Usage = Possible(header.Usage) } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A cache holds what others have written: usage that cannot be is unknown.</summary>
    private static TaskUsage? Possible(TaskUsage? usage) =>
        usage is { InputTokens: >= 0, OutputTokens: >= 0, Cost: >= 0, Models: not null } && usage.Models.All(static model => model is not null && model.WhyInvalid() is null) ? usage : null;
}
