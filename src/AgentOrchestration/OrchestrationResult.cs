namespace AgentOrchestration;

/// <summary>A finished run and, when it succeeded, its answer.</summary>
/// <typeparam name="T">The type of the answer.</typeparam>
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

    /// <summary>The run.</summary>
    public RunResult Run { get; }

    /// <summary>Whether there is an answer: whether the run succeeded.</summary>
    public bool HasValue { get; }

    /// <summary>The answer.</summary>
    /// <exception cref="OrchestrationFailedException">The run did not succeed.</exception>
#pragma warning disable CA1065 // Asking a failed run for its value is what the exception is for.
    public T Value => HasValue ? _value! : throw new OrchestrationFailedException(Run);
#pragma warning restore CA1065
}
