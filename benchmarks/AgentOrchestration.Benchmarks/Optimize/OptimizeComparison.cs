namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Compares trials of a workload with a feature with the plain ones, seed by seed.</summary>
/// <param name="workload">The name of the workload.</param>
/// <param name="plain">The plain trials, by seed.</param>
internal sealed class OptimizeComparison(string workload, IReadOnlyList<OptimizeTrial> plain)
{
    public IReadOnlyList<OptimizeTrial> PlainTrials => plain;

    /// <param name="name">How the plain run is called.</param>
    public OptimizeRow PlainRow(string name = "plain") => Row(name, plain, goal: null, isMet: null);

    /// <param name="feature">The name of the feature.</param>
    /// <param name="trials">The trials with it, by seed.</param>
    /// <param name="goal">The goal, and the figure that it is about.</param>
    /// <param name="isMet">Whether it is met, provided that the outputs are equal.</param>
    public OptimizeRow Row(string feature, IReadOnlyList<OptimizeTrial> trials, string? goal, bool? isMet)
    {
        bool areEqual = trials.Select(trial => trial.Outputs).SequenceEqual(plain.Select(trial => trial.Outputs), StringComparer.Ordinal);
        decimal cost = trials.Average(trial => trial.Cost);
        return new OptimizeRow(
            workload,
            feature,
            trials.Average(trial => trial.Requests),
            trials.Average(trial => trial.Tokens),
            cost,
            trials.Average(trial => trial.Makespan.TotalSeconds),
            areEqual,
            plain.Average(trial => trial.Cost) - cost,
            goal,
            isMet is null ? null : isMet.Value && areEqual);
    }
}
