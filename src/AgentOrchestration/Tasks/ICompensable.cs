namespace AgentOrchestration;

/// <summary>
/// Adds compensation to a task type: implemented by a handler class in addition to <see cref="ITaskHandler{TInput, TOutput}"/>, with the same types.
/// When a run with <c>FailurePolicy.Compensate</c> does not succeed, its subtasks that succeeded are compensated in reverse order of completion.
/// </summary>
/// <typeparam name="TInput">The input of the work.</typeparam>
/// <typeparam name="TOutput">The output of the work.</typeparam>
/// <example>
/// <code>
/// [TaskType("book_room", Description = "Books a room.", Effect = TaskEffect.Write)]
/// public sealed class BookRoom(IHotel hotel) : ITaskHandler&lt;Stay, Booking&gt;, ICompensable&lt;Stay, Booking&gt;
/// {
///     public async ValueTask&lt;Booking&gt; ExecuteAsync(Stay input, TaskContext context, CancellationToken cancellationToken) =&gt;
///         await hotel.BookAsync(input, context.IdempotencyKey, cancellationToken);
///
///     public async ValueTask CompensateAsync(Stay input, Booking output, TaskContext context, CancellationToken cancellationToken) =&gt;
///         await hotel.CancelAsync(output, cancellationToken);
/// }
/// </code>
/// </example>
public interface ICompensable<TInput, TOutput>
{
    /// <summary>Compensates the work of a subtask. It may be called again after a failure or a crash, so it must tolerate repetition.</summary>
    /// <param name="input">The input that the work had.</param>
    /// <param name="output">The output that it made.</param>
    /// <param name="context">The try of undoing it: its attempt counts these tries, its idempotency key is the subtask's own.</param>
    /// <param name="cancellationToken">Cancelled when this try's time is up; never by the run's cancellation.</param>
    /// <returns>A task that completes when the work is compensated.</returns>
    ValueTask CompensateAsync(TInput input, TOutput output, TaskContext context, CancellationToken cancellationToken);
}
