namespace AgentOrchestration.Runs.Storage;

/// <summary>The place of a run in a list of runs, from which the next page continues. It stays valid whatever is added or deleted meanwhile.</summary>
/// <param name="CreatedAt">When the run was made.</param>
/// <param name="RunId">Its id.</param>
public sealed record RunPlace(DateTimeOffset CreatedAt, string RunId);
