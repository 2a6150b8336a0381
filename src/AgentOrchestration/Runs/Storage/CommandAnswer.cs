namespace AgentOrchestration.Runs.Storage;

/// <summary>What the driver of a run has answered to a command.</summary>
/// <param name="CommandId">The id of the command.</param>
/// <param name="Content">The answer, in JSON.</param>
public sealed record CommandAnswer(Guid CommandId, ReadOnlyMemory<byte> Content);
