using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration;

/// <summary>
/// A plan was refused. Nothing of it was run, but for what only computes or reads and had begun while the plan was being written: that was
/// cancelled, and its results were discarded.
/// </summary>
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

    /// <summary>What was refused, and everything that is wrong with it.</summary>
    public PlanRefusal Refusal { get; }

    /// <summary>Everything that is wrong.</summary>
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
