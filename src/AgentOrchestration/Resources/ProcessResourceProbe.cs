namespace AgentOrchestration.Resources;

internal sealed class ProcessResourceProbe : IResourceProbe
{
    public ResourceSample Sample() => new(
        CpuTime: OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsBrowser() ? TimeSpan.Zero : Environment.CpuUsage.TotalTime,
        Processors: Environment.ProcessorCount,
        MemoryBytes: Environment.WorkingSet,
        MemoryLimitBytes: GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}
