namespace AgentOrchestration.Execution.Run;

/// <summary>How this process holds the leases of runs.</summary>
/// <param name="Owner">The name under which it holds them: of this process alone, also among those of one machine and those that had its number before.</param>
/// <param name="Duration">How long a lease is valid.</param>
internal sealed record LeaseTerms(string Owner, TimeSpan Duration)
{
    public static LeaseTerms Of(TimeSpan duration) => new($"{Environment.MachineName}/{Environment.ProcessId}/{Guid.CreateVersion7():N}", duration);
}
