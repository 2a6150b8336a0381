namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>The rounds of one engine with one graph and body.</summary>
internal sealed class EngineTimes(string engine, int tasks)
{
    private readonly List<double> _nanoseconds = [];
    private readonly List<double> _bytes = [];

    public string Engine { get; } = engine;

    public int Rounds => _nanoseconds.Count;

    /// <summary>Per task, median.</summary>
    public double Nanoseconds => Statistics.Median(_nanoseconds);

    public double FewestNanoseconds => _nanoseconds.Min();

    /// <summary>Per task, median.</summary>
    public double Bytes => Statistics.Median(_bytes);

    public void Add(TimeSpan elapsed, long bytes)
    {
        _nanoseconds.Add(elapsed.TotalNanoseconds / tasks);
        _bytes.Add((double)bytes / tasks);
    }
}
