namespace AgentOrchestration.Benchmarks.ManyRuns;

/// <summary>What one subtask took.</summary>
/// <param name="Wall">Microseconds of wall clock.</param>
/// <param name="Cpu">Microseconds of CPU time of the process.</param>
/// <param name="Bytes">Bytes allocated.</param>
internal readonly record struct ManyRunsCost(double Wall, double Cpu, double Bytes)
{
    public ManyRunsCost Least(ManyRunsCost other) => new(Math.Min(Wall, other.Wall), Math.Min(Cpu, other.Cpu), Math.Min(Bytes, other.Bytes));
}
