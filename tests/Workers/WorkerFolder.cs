namespace AgentOrchestration.Tests.Workers;

/// <summary>A folder for the logs of processes, which goes with its test.</summary>
internal sealed class WorkerFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("workers-");

    public string Of(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
