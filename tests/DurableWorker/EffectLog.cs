using System.Text;

namespace DurableWorker;

/// <summary>What has happened in the world outside, one line each, on the disk before it is told. Several processes may write to it.</summary>
public sealed class EffectLog(string path) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    public void Write(string line)
    {
        lock (_gate)
        {
            _file.Write(Encoding.UTF8.GetBytes(line + "\n"));
            _file.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => _file.Dispose();
}
