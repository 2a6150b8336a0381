namespace AgentOrchestration.Forecasting;

/// <summary>Describes the use of a limited resource in a forecast run.</summary>
/// <param name="Name">The pool's name; a limit of a task type is named <c>MaxConcurrency of</c> the task type, with its key if it has one.</param>
/// <param name="Capacity">All there is, in the pool's unit.</param>
/// <param name="MeanUse">The share of it that is in use on average over the run, from 0 to 1.</param>
/// <param name="PeakUse">The largest share that is in use at a time, from 0 to 1.</param>
/// <param name="Waited">For how long anything that was ready waited because too little of it was free.</param>
public sealed record ForecastPool(string Name, long Capacity, double MeanUse, double PeakUse, TimeSpan Waited);
