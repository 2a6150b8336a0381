using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>Represents a task type as a class, with constructor injection. An instance serves one attempt, in a scope of its own.</summary>
/// <typeparam name="TInput">The input, made from a subtask's arguments; <see cref="None"/> for none.</typeparam>
/// <typeparam name="TOutput">The output; <see cref="None"/> for none. Dependants share an output and must not change it, unless <c>IsolateOutputs</c> of the options hands them copies.</typeparam>
/// <example>
/// <code>
/// [TaskType("word_count", Description = "Counts the words of a text.", Effect = TaskEffect.Pure)]
/// public sealed class WordCount : ITaskHandler&lt;string, int&gt;
/// {
///     public ValueTask&lt;int&gt; ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) =&gt;
///         ValueTask.FromResult(input.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
/// }
/// </code>
/// </example>
public interface ITaskHandler<TInput, TOutput> : ITaskHandler
{
    /// <summary>Does the work of one attempt.</summary>
    /// <param name="input">The input.</param>
    /// <param name="context">The attempt: its names, its chat client, its progress.</param>
    /// <param name="cancellationToken">Cancelled when the run is cancelled or the attempt's time is up; stop then.</param>
    /// <returns>
    /// The output. An exception fails the attempt, and so does an output that is not as declared: null where <typeparamref name="TOutput"/> is
    /// declared not to be null, JSON whose document has been disposed of, a number that JSON cannot hold.
    /// </returns>
    ValueTask<TOutput> ExecuteAsync(TInput input, TaskContext context, CancellationToken cancellationToken);

#pragma warning disable CA1033 // It is inherited by every handler class; that it is callable only through a type parameter is the point.
    static TaskDescriptor ITaskHandler.Describe() => TaskDescriptor.For<TInput, TOutput>();
#pragma warning restore CA1033
}
