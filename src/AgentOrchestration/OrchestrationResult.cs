namespace AgentOrchestration;

/// <summary>Holds the result of a run and, when the run succeeded, its answer.</summary>
/// <typeparam name="T">The type of the answer.</typeparam>
/// <example>
/// <code>
/// OrchestrationResult&lt;ReportDocument&gt; result = await run.CompileAsync&lt;ReportDocument&gt;(cancellationToken);
/// Console.WriteLine(result.HasValue ? result.Value.Title : $"The run ended as {result.Run.Outcome}.");
/// </code>
/// </example>
public sealed class OrchestrationResult<T>
{
    private readonly T? _value;

    internal OrchestrationResult(RunResult run)
    {
        Run = run;
    }

    internal OrchestrationResult(RunResult run, T value)
        : this(run)
    {
        _value = value;
        HasValue = true;
    }

    /// <summary>Gets the result of the run.</summary>
    /// <value>The result, whether or not the run succeeded.</value>
    public RunResult Run { get; }

    /// <summary>Gets a value that indicates whether there is an answer.</summary>
    /// <value><see langword="true"/> when the run succeeded; otherwise <see langword="false"/>.</value>
    public bool HasValue { get; }

    /// <summary>Gets the answer.</summary>
    /// <value>The compiled answer of a run that succeeded.</value>
    /// <exception cref="OrchestrationFailedException">The run did not succeed.</exception>
#pragma warning disable CA1065 // Asking a failed run for its value is what the exception is for.
    public T Value => HasValue ? _value! : throw new OrchestrationFailedException(Run);
#pragma warning restore CA1065
}
