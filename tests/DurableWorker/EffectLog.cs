using System.Text;

namespace DurableWorker;

/// <summary>What a process has done in the world outside, one line each, on the disk before it is told. Each process that lives at the same time has its own.</summary>
/// <param name="path">Its file.</param>
/// <param name="also">Is told afterwards, as soon as may be.</param>
public sealed class EffectLog(string path, TextWriter also) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

    public void Write(string line)
    {
        lock (_gate)
        {
            _file.Write(Encoding.UTF8.GetBytes(line + "\n"));
            _file.Flush(flushToDisk: true);
            also.WriteLine(line);
        }
    }

    public void Dispose() => _file.Dispose();
}
