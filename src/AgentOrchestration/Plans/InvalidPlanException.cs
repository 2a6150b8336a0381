using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration;

/// <summary>
/// The exception that is thrown when a plan is refused. Nothing of it was run, except work that only computes or reads and that started while the
/// plan was being written: it was cancelled, and its results were discarded.
/// </summary>
/// <example>
/// <code>
/// try
/// {
///     await using OrchestrationRun run = await orchestrator.StartAsync(plan, cancellationToken);
///     await run.WaitAsync(cancellationToken);
/// }
/// catch (InvalidPlanException exception)
/// {
///     foreach (PlanDiagnostic diagnostic in exception.Diagnostics)
///     {
///         Console.Error.WriteLine($"{diagnostic.Path}: {diagnostic.Message} {diagnostic.Remedy}");
///     }
/// }
/// </code>
/// </example>
public sealed class InvalidPlanException : Exception
{
    private const int DiagnosticsShown = 20;

    /// <summary>Makes the exception.</summary>
    /// <param name="refusal">What was refused, and everything that is wrong with it.</param>
    public InvalidPlanException(PlanRefusal refusal)
        : this(refusal, innerException: null)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="refusal">What was refused, and everything that is wrong with it.</param>
    /// <param name="innerException">The error of the chat client that left no plan; <see langword="null"/> when there was none.</param>
    public InvalidPlanException(PlanRefusal refusal, Exception? innerException)
        : base(Describe(refusal), innerException) => Refusal = refusal;

    /// <summary>Gets what was refused, with all its diagnostics.</summary>
    /// <value>The refusal of the last round.</value>
    public PlanRefusal Refusal { get; }

    /// <summary>Gets the diagnostics of the refusal.</summary>
    /// <value>At least one.</value>
    public IReadOnlyList<PlanDiagnostic> Diagnostics => Refusal.Diagnostics;

    private static string Describe(PlanRefusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        IEnumerable<string> lines = refusal.Diagnostics.Take(DiagnosticsShown).Select(diagnostic => "  " + diagnostic);
        int hidden = refusal.Diagnostics.Count - DiagnosticsShown;
        string more = hidden > 0 ? $"{Environment.NewLine}  and {hidden} more" : "";
        return $"The plan was refused:{Environment.NewLine}{string.Join(Environment.NewLine, lines)}{more}";
    }
}
