namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>How workloads are run.</summary>
/// <param name="Seeds">How many seeds, from 1 on.</param>
/// <param name="Data">The folder of traces and requests, for the workloads that need one.</param>
internal sealed record OptimizeSettings(int Seeds, DirectoryInfo? Data)
{
    public IEnumerable<int> AllSeeds => Enumerable.Range(1, Seeds);
}
