namespace AgentOrchestration;

/// <summary>What somebody asks for.</summary>
public sealed class OrchestrationRequest
{
    /// <summary>Makes a request.</summary>
    /// <param name="goal">What is wanted, in words.</param>
    /// <exception cref="ArgumentException"><paramref name="goal"/> is empty.</exception>
    public OrchestrationRequest(string goal)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(goal);
        Goal = goal;
    }

    /// <summary>What is wanted, in words.</summary>
    public string Goal { get; }

    /// <summary>
    /// Named values that the decomposer may use, such as a list of required sections. A value must be writable as JSON with the
    /// orchestration's serializer options; planning fails with a <see cref="NotSupportedException"/> that names one that is not. Default: empty.
    /// </summary>
    public IDictionary<string, object?> Inputs { get; } = new Dictionary<string, object?>(StringComparer.Ordinal);
}
