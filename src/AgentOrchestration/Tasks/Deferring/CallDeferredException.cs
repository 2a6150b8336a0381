namespace AgentOrchestration.Tasks.Deferring;

/// <summary>
/// Ends the code of an attempt whose call was deferred. It is a cancellation to code that handles errors, because nothing has failed: the code starts again when the answer is there.
/// </summary>
internal sealed class CallDeferredException() : OperationCanceledException("The call is deferred: the code of the subtask starts again when the batch endpoint has answered.");
