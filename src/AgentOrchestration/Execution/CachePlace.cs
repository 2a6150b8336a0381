namespace AgentOrchestration.Execution;

/// <summary>Where a result is kept, and to which epochs it belongs: with another epoch it is invalid.</summary>
/// <param name="Key">The key: equal for equal work of one model and partition.</param>
/// <param name="Epochs">The epochs of its task type and of its tags, when it was looked for.</param>
internal sealed record CachePlace(string Key, string Epochs);
