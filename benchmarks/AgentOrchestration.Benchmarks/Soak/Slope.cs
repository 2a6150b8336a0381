namespace AgentOrchestration.Benchmarks.Soak;

/// <summary>The straight line through samples that is nearest to them by least squares.</summary>
/// <param name="PerRun">By how much it rises with each run.</param>
/// <param name="Runs">How many runs there are from the first to the last sample.</param>
internal sealed record Slope(double PerRun, double Runs)
{
    /// <summary>Gets by how much it rises from the first to the last sample.</summary>
    public double Growth => PerRun * Runs;

    public static Slope Of(IReadOnlyList<SoakSample> samples, Func<SoakSample, double> value)
    {
        double meanRuns = samples.Average(sample => (double)sample.Runs);
        double mean = samples.Average(value);
        double covariance = samples.Sum(sample => (sample.Runs - meanRuns) * (value(sample) - mean));
        double variance = samples.Sum(sample => (sample.Runs - meanRuns) * (sample.Runs - meanRuns));
        return new Slope(variance == 0 ? 0 : covariance / variance, samples[^1].Runs - samples[0].Runs);
    }
}
