using System.Buffers.Binary;
using System.Security.Cryptography;
using AgentOrchestration.Runs;
using Microsoft.Win32.SafeHandles;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>
/// How many commits a file has had, written beside it after each. SQLite drops the damaged end of its write-ahead log without a word;
/// with the mark it shows that commits are missing. It is not flushed: a mark that lags says less, but never something wrong.
/// </summary>
internal sealed class CommitMark(string path) : IDisposable
{
    public const int IdentityLength = 16;

    private const int CheckLength = 8;
    private const int Length = IdentityLength + sizeof(long) + CheckLength;

    private SafeFileHandle? _file;

    public string Path { get; } = path;

    /// <returns>The number, or <see langword="null"/> when there is no mark of this file.</returns>
    public long? Read(ReadOnlySpan<byte> identity)
    {
        Span<byte> content = stackalloc byte[Length];
        if (!File.Exists(Path))
        {
            return null;
        }

        using SafeFileHandle file = File.OpenHandle(Path, share: FileShare.ReadWrite | FileShare.Delete);
        return RandomAccess.Read(file, content, 0) == Length
            && content[..IdentityLength].SequenceEqual(identity)
            && content[^CheckLength..].SequenceEqual(SHA256.HashData(content[..^CheckLength]).AsSpan(0, CheckLength))
                ? BinaryPrimitives.ReadInt64LittleEndian(content[IdentityLength..])
                : null;
    }

    /// <summary>Makes it if it is not there.</summary>
    /// <exception cref="RunStoreException">It cannot be written.</exception>
    public void Open()
    {
        try
        {
            _file ??= File.OpenHandle(Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RunStoreException($"The mark '{Path}' cannot be written: {exception.Message} Make it a file that can be written, or delete it.", exception);
        }
    }

    public void Write(ReadOnlySpan<byte> identity, long commits)
    {
        Span<byte> content = stackalloc byte[Length];
        identity.CopyTo(content);
        BinaryPrimitives.WriteInt64LittleEndian(content[IdentityLength..], commits);
        SHA256.HashData(content[..^CheckLength]).AsSpan(0, CheckLength).CopyTo(content[^CheckLength..]);
        RandomAccess.Write(_file!, content, 0);
    }

    public void Dispose() => _file?.Dispose();
}
