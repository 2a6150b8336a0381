using AgentOrchestration.Tests.PostgreSql;

namespace AgentOrchestration.Postgres.Tests.Server;

/// <summary>A disk in memory that is soon full. Needs Linux, and root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder = ServerPrograms.NewFolder();

    public SmallDisk(int megabytes)
    {
        Directory.CreateDirectory(Path);
        ServerPrograms.RunAsRoot("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", Path);
        ServerPrograms.RunAsRoot("chown", "postgres", Path);
    }

    public string Path => System.IO.Path.Combine(_folder, "disk");

    public void Dispose()
    {
        ServerPrograms.RunAsRoot("umount", "-l", Path);
        Directory.Delete(_folder, recursive: true);
    }
}
