using System.Reflection;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Tasks;

/// <summary>Calls a task type's code with an input of its type. Made where the types are known, so nothing needs reflection.</summary>
internal abstract class TaskInvoker
{
    /// <summary>Whether JSON can hold every output, whatever the options: a text, a number that is always finite, and the like.</summary>
    public abstract bool HasPlainOutput { get; }

    /// <summary>The type of a list of outputs.</summary>
    public abstract Type OutputListType { get; }

    /// <summary>The application's method; <see langword="null"/> when there is none.</summary>
    public abstract MethodInfo? Method { get; }

    /// <summary>The type of a list of results, of which each is an output or an error.</summary>
    public abstract Type ResultListType { get; }

    /// <summary>The same code, of the handler class <paramref name="handlerType"/>.</summary>
    public abstract TaskInvoker For(Type handlerType);

    /// <summary>Runs the code. Throws what the code throws when it returns at once.</summary>
    /// <param name="input">The input.</param>
    /// <param name="context">The attempt.</param>
    /// <param name="owner">Is notified when the code does not return at once.</param>
    /// <param name="output">The output, when the code returned at once.</param>
    /// <param name="cancellationToken">Cancelled when the attempt has to stop.</param>
    /// <returns>Whether the code returned at once.</returns>
    public abstract bool TryRun(object? input, TaskContext context, ICodeOwner owner, out object? output, CancellationToken cancellationToken);

    public abstract ValueTask<object?> InvokeAsync(object? input, TaskContext context, CancellationToken cancellationToken);

    /// <summary>The code, where it takes several subtasks in one call; otherwise <see langword="null"/>.</summary>
    public virtual BatchCode? Batch => null;

    /// <summary>Whether the work can be undone.</summary>
    public virtual bool IsCompensable => false;

    public virtual ValueTask CompensateAsync(object? input, object? output, TaskContext context, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This task type cannot be undone.");

    /// <summary>Whether an output is of the type that was promised.</summary>
    public abstract bool Accepts(object? output);

    /// <summary>The outputs as a list of their type.</summary>
    public abstract Array ToList(IReadOnlyList<object?> outputs);

    /// <summary>Returns the outputs, and the errors of those that have none, as a list of <see cref="ItemResult{TOutput}"/>.</summary>
    public abstract Array ToResults(IReadOnlyList<object?> outputs, IReadOnlyList<ItemError?> errors);
}
