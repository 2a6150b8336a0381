namespace AgentOrchestration.Runs.State;

/// <summary>Deferred calls that a batch endpoint has received.</summary>
/// <param name="Submission">The number of the submission, from 1.</param>
/// <param name="Endpoint">The name of the endpoint.</param>
/// <param name="BatchId">The id that the endpoint has given.</param>
internal sealed record SubmittedCalls(int Submission, string Endpoint, string BatchId);
