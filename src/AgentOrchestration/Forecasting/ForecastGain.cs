namespace AgentOrchestration.Forecasting;

/// <summary>Describes the gain from a little more of one thing.</summary>
/// <param name="Kind"><see cref="BottleneckKind.Workers"/> or <see cref="BottleneckKind.Pool"/>.</param>
/// <param name="Pool">The pool, as <see cref="ForecastPool.Name"/>; <see langword="null"/> for workers.</param>
/// <param name="Added">How much more: one worker, or of a pool as much as the subtask holds that needs most of it.</param>
/// <param name="Makespan">How long the run takes then.</param>
/// <param name="Saved">How much shorter that is; negative when it is longer, which is possible where the order of work changes.</param>
public sealed record ForecastGain(BottleneckKind Kind, string? Pool, long Added, TimeSpan Makespan, TimeSpan Saved);
