namespace AgentOrchestration.Resources;

/// <summary>One reading of what a process uses.</summary>
/// <param name="CpuTime">Processor time used since the process started, over all cores.</param>
/// <param name="Processors">The cores that the process may use, greater than zero.</param>
/// <param name="MemoryBytes">Memory that the process holds now.</param>
/// <param name="MemoryLimitBytes">Memory that the process may hold.</param>
public readonly record struct ResourceSample(TimeSpan CpuTime, double Processors, long MemoryBytes, long MemoryLimitBytes);
