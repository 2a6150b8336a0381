using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>A page of a list of runs: what is whole, and what is damaged about the rest.</summary>
internal sealed class RunPage
{
    public List<StoredRun> Runs { get; } = [];

    public RunStoreException? Damage { get; set; }

    /// <summary>Gets or sets the place behind which the next page begins.</summary>
    public (long Created, string StoredId)? Last { get; set; }

    public bool IsLast { get; set; }
}
