namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>What calls are expected to use of the limits of an endpoint.</summary>
/// <param name="Calls">The number of requests.</param>
/// <param name="Input">Their input tokens.</param>
/// <param name="Output">Their output tokens.</param>
internal readonly record struct EndpointLoad(double Calls, double Input, double Output)
{
    /// <summary>How many of the requests have tokens of which nothing is known.</summary>
    public double Unknown { get; init; }

    public EndpointLoad Plus(EndpointLoad other) => new(Calls + other.Calls, Input + other.Input, Output + other.Output) { Unknown = Unknown + other.Unknown };

    /// <summary>Of each number the greater one.</summary>
    public EndpointLoad Max(EndpointLoad other) => new(Math.Max(Calls, other.Calls), Math.Max(Input, other.Input), Math.Max(Output, other.Output));

    public EndpointLoad Divide(double by) => new(Calls / by, Input / by, Output / by);
}
