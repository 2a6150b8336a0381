namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>The stages of one plan's way in nanoseconds: per task, of the check per task and dependency.</summary>
internal sealed record StageTimes(double Create, double Check, double CheckBytes, double Run, double Result);
