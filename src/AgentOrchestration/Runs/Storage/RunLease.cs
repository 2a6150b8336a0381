namespace AgentOrchestration.Runs.Storage;

/// <summary>
/// The right to drive a run, for a time. The store judges by its own clock whether a lease has expired
/// (<see cref="StoredRun.IsLeased"/>); its holder counts the time from before it asked for the lease. Nobody compares
/// <see cref="ExpiresAt"/> with a clock of another process.
/// </summary>
/// <param name="RunId">The run.</param>
/// <param name="Owner">Who holds it.</param>
/// <param name="Token">Greater than that of every lease of the run before it, so that a driver that comes too late is known.</param>
/// <param name="ExpiresAt">About when others can take it, for people to read.</param>
public sealed record RunLease(string RunId, string Owner, long Token, DateTimeOffset ExpiresAt);
