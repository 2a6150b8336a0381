namespace AgentOrchestration;

/// <summary>Describes what a caller asks for: a goal, and values that planning may use.</summary>
/// <example>
/// <code>
/// var request = new OrchestrationRequest("Sales by region") { Inputs = { ["regions"] = new[] { "north", "south" } } };
/// ReportDocument report = await orchestrator.RunAsync&lt;ReportDocument&gt;(request, cancellationToken);
/// </code>
/// </example>
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

    /// <summary>Gets the goal, in words.</summary>
    /// <value>Never empty.</value>
    public string Goal { get; }

    /// <summary>
    /// Gets named values that the decomposer may use, such as a list of required sections. A value must be writable as JSON with the orchestration's
    /// serializer options; planning fails with a <see cref="NotSupportedException"/> that names one that is not.
    /// </summary>
    /// <value>The default value is empty.</value>
    public IDictionary<string, object?> Inputs { get; } = new Dictionary<string, object?>(StringComparer.Ordinal);
}
