namespace AgentOrchestration.Tasks.Deferring;

/// <summary>Reads a stream of a stranger.</summary>
internal static class BoundedStream
{
    /// <returns>All of it; <see langword="null"/> when it is longer.</returns>
    public static async ValueTask<byte[]?> ReadAsync(Stream stream, int longest, CancellationToken cancellationToken)
    {
        using var read = new MemoryStream();
        byte[] buffer = new byte[8_192];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (read.Length + count > longest)
            {
                return null;
            }

            read.Write(buffer.AsSpan(0, count));
        }

        return read.ToArray();
    }
}
