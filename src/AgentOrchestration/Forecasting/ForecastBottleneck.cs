namespace AgentOrchestration.Forecasting;

/// <summary>Describes what limits the duration of a run.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Pool">The pool, as <see cref="ForecastPool.Name"/>; otherwise <see langword="null"/>.</param>
/// <param name="Costs">How much shorter the run would be if it were unlimited; zero for the critical path.</param>
public sealed record ForecastBottleneck(BottleneckKind Kind, string? Pool, TimeSpan Costs)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        BottleneckKind.Workers => "workers",
        BottleneckKind.Pool => Pool!,
        _ => "critical path",
    };
}
