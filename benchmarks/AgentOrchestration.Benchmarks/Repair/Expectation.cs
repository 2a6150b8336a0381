namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>What should become of a kind of damage.</summary>
internal enum Expectation
{
    Repaired,
    Refused,
    Undetectable,
}
