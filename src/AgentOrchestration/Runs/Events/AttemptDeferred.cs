namespace AgentOrchestration.Runs.Events;

/// <summary>
/// Reports that an attempt has ended because its calls of a model were deferred: they go to a batch endpoint, and the subtask starts again when the answers are there. It holds
/// nothing meanwhile, and the attempt does not count against its attempts.
/// </summary>
/// <param name="Attempt">The number of the attempt, from 1.</param>
/// <param name="Submission">The number of the submission that the calls are in, from 1; the same for all that go together.</param>
/// <param name="Until">Until when the subtask waits at most; then it makes its calls itself.</param>
public sealed record AttemptDeferred(int Attempt, int Submission, DateTimeOffset Until) : SubtaskEvent;
