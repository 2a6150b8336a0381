namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Work that is run plain and with something that makes it cheaper, both in virtual time. One class each; listed in <see cref="OptimizeCommand"/>.</summary>
internal interface IOptimizeWorkload
{
    /// <summary>Its name, such as <c>W5</c>, and what it is.</summary>
    string Name { get; }

    /// <summary>Runs it.</summary>
    /// <param name="settings">How often, and with which data.</param>
    /// <returns>A row for the plain run and one for each feature; see <see cref="OptimizeComparison"/>. None when it needs data that is not there.</returns>
    IEnumerable<OptimizeRow> Measure(OptimizeSettings settings);
}
