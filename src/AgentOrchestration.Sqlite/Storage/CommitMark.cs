using System.Buffers.Binary;
using System.Security.Cryptography;
using AgentOrchestration.Runs.Storage;
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
        if (!IsThere)
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

    /// <summary>Gets whether there is one.</summary>
    /// <exception cref="RunStoreException">It is a link.</exception>
    public bool IsThere
    {
        get
        {
            var file = new FileInfo(Path);
            return file.LinkTarget is null ? file.Exists : throw Refused("is a link, and a mark follows none");
        }
    }

    /// <summary>Deletes it: that of a file that was here before says nothing about the next one. Of a link only the link.</summary>
    public void Discard()
    {
        if (File.Exists(Path) || new FileInfo(Path).LinkTarget is not null)
        {
            File.Delete(Path);
        }
    }

    /// <summary>Creates it, for its owner only, if it is not there. What is there is written only if it is a file that can be a mark.</summary>
    /// <exception cref="RunStoreException">It cannot be written, or is something else.</exception>
    public void Open()
    {
        if (_file is not null)
        {
            return;
        }

        try
        {
            if (!IsThere)
            {
                OwnFile.Create(Path);
            }

            _file = OpenExisting();
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

    private SafeFileHandle OpenExisting()
    {
        SafeFileHandle file = File.OpenHandle(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

        // Asked again of what is open now: the path may have become something else meanwhile.
        string? reason = RandomAccess.GetLength(file) is not (0 or Length) ? "is a file of something else" : IsThere ? null : "was removed while it was opened";
        if (reason is null)
        {
            return file;
        }

        file.Dispose();
        throw Refused(reason);
    }

    private RunStoreException Refused(string reason) => new($"The mark '{Path}' {reason}. Delete it or move it away; nothing was written to it.");
}
