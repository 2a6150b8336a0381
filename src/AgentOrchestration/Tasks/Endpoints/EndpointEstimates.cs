namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>What calls are expected to use: input by its length and what a character was worth before, output by what nine of ten calls of the kind stayed below. Not thread-safe.</summary>
internal sealed class EndpointEstimates(ModelEndpointOptions options)
{
    private const int MostKinds = 256;
    private const int EnoughCalls = 5;
    private const double NinthDecile = 1.2816;
    private const double Weight = 0.1;

    private readonly Dictionary<(string? Model, string? TaskType), LogStatistics> _outputs = [];
    private double _tokensPerCharacter = 1 / 3.5;

    public double InputOf(long length) => Math.Max(1, Math.Ceiling(length * _tokensPerCharacter));

    /// <param name="kind">The kind of the call.</param>
    /// <param name="most">The most that it may write; <see langword="null"/> when it is not limited.</param>
    public double OutputOf((string? Model, string? TaskType) kind, int? most)
    {
        LogStatistics seen = _outputs.GetValueOrDefault(kind);
        double expected = seen.Count < EnoughCalls ? options.ExpectedOutputTokens : Math.Exp(seen.Mean + (NinthDecile * (seen.Spread ?? 0)));
        return Math.Clamp(Math.Ceiling(expected), 1, Math.Max(1, most ?? 1_000_000));
    }

    public void Learn(EndpointCall call, long? input, long? output)
    {
        if (input > 0 && call.Length > 0)
        {
            double ratio = Math.Clamp((double)input.Value / call.Length, 0.01, 4);
            _tokensPerCharacter += Weight * (ratio - _tokensPerCharacter);
        }

        // Kinds beyond these stay at what is expected of all: names of models come from outside.
        if (output > 0 && (_outputs.Count < MostKinds || _outputs.ContainsKey(call.Kind)))
        {
            _outputs[call.Kind] = _outputs.GetValueOrDefault(call.Kind).With(output.Value);
        }
    }
}
