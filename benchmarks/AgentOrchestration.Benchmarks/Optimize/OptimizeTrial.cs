namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>One run of a workload with one seed.</summary>
/// <param name="Requests">Requests to the model, rejected ones included.</param>
/// <param name="Tokens">Input and output tokens.</param>
/// <param name="Cost">What they cost.</param>
/// <param name="Makespan">From start to end, in virtual time.</param>
/// <param name="Outputs">Every subtask with its state and its output; equal for equal answers, byte for byte.</param>
internal sealed record OptimizeTrial(long Requests, long Tokens, decimal Cost, TimeSpan Makespan, string Outputs)
{
    /// <summary>Other figures of the trial that a goal needs, by name.</summary>
    public IReadOnlyDictionary<string, double> Figures { get; init; } = new Dictionary<string, double>();
}
