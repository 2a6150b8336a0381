namespace AgentOrchestration.Forecasting;

/// <summary>Says what a forecast assumed because nothing is known about it.</summary>
/// <param name="Kind">What was assumed.</param>
/// <param name="SubtaskId">The id of the subtask that it was assumed for.</param>
public sealed record ForecastAssumption(ForecastAssumptionKind Kind, string SubtaskId)
{
    /// <summary>Gets the number of items that was assumed.</summary>
    /// <value><see langword="null"/> unless <see cref="Kind"/> is <see cref="ForecastAssumptionKind.ItemCount"/>.</value>
    public int? Items { get; init; }

    /// <summary>Gets the duration of an attempt that was assumed: the mean of the others, or one second when nothing at all is known.</summary>
    /// <value><see langword="null"/> unless <see cref="Kind"/> is <see cref="ForecastAssumptionKind.Duration"/>.</value>
    public TimeSpan? Duration { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ForecastAssumptionKind.ItemCount => $"{Items} item{(Items == 1 ? "" : "s")} of '{SubtaskId}'",
        ForecastAssumptionKind.Duration => $"{Duration} for '{SubtaskId}'",
        _ => $"no wait of '{SubtaskId}' for a batch endpoint",
    };
}
