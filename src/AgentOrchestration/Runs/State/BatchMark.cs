namespace AgentOrchestration.Runs.State;

/// <summary>With which others an attempt has started, to share one call of their code.</summary>
/// <param name="Number">The number of the batch in the run, from 1.</param>
internal sealed record BatchMark(int Number);
