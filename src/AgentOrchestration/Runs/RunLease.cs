namespace AgentOrchestration.Runs;

/// <summary>The right to drive a run, for a time.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Owner">Who holds it.</param>
/// <param name="Token">Greater than that of every lease of the run before it, so that whoever comes too late is known.</param>
/// <param name="ExpiresAt">Until when nobody else can take it.</param>
public sealed record RunLease(string RunId, string Owner, long Token, DateTimeOffset ExpiresAt);
