namespace AgentOrchestration.Runs.Storage;

/// <summary>A run for a store to remember.</summary>
/// <param name="RunId">Its id, as <see cref="RunIds"/> allows.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Header">What never changes about it, in JSON.</param>
public sealed record NewRun(string RunId, DateTimeOffset CreatedAt, ReadOnlyMemory<byte> Header);
