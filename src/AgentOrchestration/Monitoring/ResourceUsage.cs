namespace AgentOrchestration.Monitoring;

/// <summary>
/// Describes the resources that the process used during a span of time. Attributed to a subtask it is what the process used while the subtask ran: with
/// others running beside it, theirs is in it too.
/// </summary>
/// <param name="CpuTime">Processor time over all cores.</param>
/// <param name="PeakMemoryBytes">The most memory that was seen held.</param>
public readonly record struct ResourceUsage(TimeSpan CpuTime, long PeakMemoryBytes);
