namespace AgentOrchestration.Benchmarks.Select;

/// <summary>What selecting costs.</summary>
/// <param name="TaskTypes">How many task types there are.</param>
/// <param name="Index">How long the index takes, once.</param>
/// <param name="Selection">How long a selection takes.</param>
internal sealed record GrowthRow(int TaskTypes, TimeSpan Index, TimeSpan Selection);
