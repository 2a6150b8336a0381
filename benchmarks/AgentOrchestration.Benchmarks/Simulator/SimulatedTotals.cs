namespace AgentOrchestration.Benchmarks.Simulator;

/// <summary>What happened in simulated runs.</summary>
internal readonly record struct SimulatedTotals(long Attempts, long Failures, long Cancelled)
{
    public static SimulatedTotals operator +(SimulatedTotals left, SimulatedTotals right) =>
        new(left.Attempts + right.Attempts, left.Failures + right.Failures, left.Cancelled + right.Cancelled);
}
