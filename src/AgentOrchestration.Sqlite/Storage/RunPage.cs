using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>A page of a list of runs: what is whole, and what is damaged about the rest.</summary>
internal sealed class RunPage
{
    public List<RunRow> Rows { get; } = [];

    public RunStoreException? Damage { get; set; }

    /// <summary>Gets or sets the place behind which the next page begins.</summary>
    public RunRow? Last { get; set; }

    public bool IsLast { get; set; }
}
