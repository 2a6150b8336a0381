namespace AgentOrchestration;

/// <summary>
/// A task type whose work can be undone: implemented by a handler class beside <see cref="ITaskHandler{TInput, TOutput}"/>, with the same
/// types. When a run with <c>FailurePolicy.Compensate</c> does not succeed, what succeeded in it is undone in reverse order of completion.
/// </summary>
/// <typeparam name="TInput">The input of the work.</typeparam>
/// <typeparam name="TOutput">The output of the work.</typeparam>
public interface ICompensable<TInput, TOutput>
{
    /// <summary>Undoes the work of a subtask. May be called again after a failure or a crash, so it must bear repetition.</summary>
    /// <param name="input">The input that the work had.</param>
    /// <param name="output">The output that it made.</param>
    /// <param name="context">The try of undoing it: its attempt counts these tries, its idempotency key is the subtask's own.</param>
    /// <param name="cancellationToken">Cancelled when this try's time is up; never by the run's cancellation.</param>
    ValueTask CompensateAsync(TInput input, TOutput output, TaskContext context, CancellationToken cancellationToken);
}
