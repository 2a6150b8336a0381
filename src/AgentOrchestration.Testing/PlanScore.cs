using System.Globalization;

namespace AgentOrchestration.Testing;

/// <summary>Compares what was planned with what was expected. Scores of several plans add up.</summary>
/// <param name="Right">How much of what was planned was expected.</param>
/// <param name="Planned">How much was planned.</param>
/// <param name="Expected">How much was expected.</param>
public readonly record struct PlanScore(int Right, int Planned, int Expected)
{
    /// <summary>Gets the share of what was planned that was expected.</summary>
    /// <value>From 0 to 1; 0 when nothing was planned.</value>
    public double Precision => Planned == 0 ? 0 : (double)Right / Planned;

    /// <summary>Gets the share of what was expected that was planned.</summary>
    /// <value>From 0 to 1; 0 when nothing was expected.</value>
    public double Recall => Expected == 0 ? 0 : (double)Right / Expected;

    /// <summary>Gets the harmonic mean of precision and recall.</summary>
    /// <value>From 0 to 1; 0 when nothing is right.</value>
    public double F1 => Planned + Expected == 0 ? 0 : 2.0 * Right / (Planned + Expected);

    /// <summary>Adds two scores.</summary>
    /// <param name="one">A score.</param>
    /// <param name="other">Another.</param>
    /// <returns>The score of both together.</returns>
    public static PlanScore operator +(PlanScore one, PlanScore other) => Add(one, other);

    /// <summary>Adds two scores.</summary>
    /// <param name="left">A score.</param>
    /// <param name="right">Another.</param>
    /// <returns>The score of both together.</returns>
    public static PlanScore Add(PlanScore left, PlanScore right) => new(left.Right + right.Right, left.Planned + right.Planned, left.Expected + right.Expected);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"F1 {F1:0.000} (precision {Precision:0.000}, recall {Recall:0.000})");

    /// <summary>Compares two sets.</summary>
    internal static PlanScore Of<T>(IEnumerable<T> planned, IEnumerable<T> expected)
    {
        HashSet<T> plannedOnce = [.. planned];
        HashSet<T> expectedOnce = [.. expected];
        return new PlanScore(plannedOnce.Count(expectedOnce.Contains), plannedOnce.Count, expectedOnce.Count);
    }
}
