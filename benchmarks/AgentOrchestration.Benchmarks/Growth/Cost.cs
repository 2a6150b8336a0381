namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>What an operation took at one size.</summary>
/// <param name="Cpu">CPU time of the process, in microseconds.</param>
/// <param name="Bytes">Bytes, allocated or kept.</param>
internal readonly record struct Cost(double Cpu, double Bytes)
{
    /// <summary>Noise only adds: of several measurements the smallest is the nearest to the cost, for each measure by itself.</summary>
    public Cost Least(Cost other) => new(Math.Min(Cpu, other.Cpu), Math.Min(Bytes, other.Bytes));
}
