namespace AgentOrchestration.Runs.Events;

/// <summary>Reports that a batch endpoint has received deferred calls. From now on the run can be detached, and resumed when the answers are there.</summary>
/// <param name="Submission">The number of the submission, from 1.</param>
/// <param name="Endpoint">The name of the model's endpoint.</param>
/// <param name="BatchId">The id that the endpoint has given.</param>
public sealed record CallsSubmitted(int Submission, string Endpoint, string BatchId) : RunEvent;
