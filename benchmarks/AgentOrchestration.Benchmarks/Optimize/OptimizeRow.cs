using System.Text.Json.Serialization;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>A workload without a feature or with it: means over the seeds.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="Feature">The feature, or what the plain run is called.</param>
/// <param name="Requests">Requests to the model, rejected ones included.</param>
/// <param name="Tokens">Input and output tokens.</param>
/// <param name="Cost">What they cost.</param>
/// <param name="Makespan">From start to end, in seconds of virtual time.</param>
/// <param name="OutputsEqual">Whether every subtask had the state and the output of the plain run, byte for byte, with every seed.</param>
/// <param name="NetSaved">The cost of the plain run without that of this one.</param>
/// <param name="Goal">The goal, and the figure that it is about; <see langword="null"/> when there is none.</param>
/// <param name="Met">Whether it is met; <see langword="null"/> without a goal.</param>
internal sealed record OptimizeRow(
    [property: JsonPropertyName("workload")] string Workload,
    [property: JsonPropertyName("feature")] string Feature,
    [property: JsonPropertyName("requests")] double Requests,
    [property: JsonPropertyName("tokens")] double Tokens,
    [property: JsonPropertyName("cost")] decimal Cost,
    [property: JsonPropertyName("makespan_s")] double Makespan,
    [property: JsonPropertyName("outputs_equal")] bool OutputsEqual,
    [property: JsonPropertyName("net_saved")] decimal NetSaved,
    [property: JsonPropertyName("goal")] string? Goal,
    [property: JsonPropertyName("met")] bool? Met);
