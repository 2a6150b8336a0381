using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Testing;

/// <summary>A simulated run could not continue, or was not as its check says it has to be. The message names the seed, which repeats it.</summary>
public sealed class SimulationException : Exception
{
    private const int EventsShown = 20;

    private SimulationException(string message, int seed, IReadOnlyList<RunEvent> events, Exception? innerException)
        : base(message, innerException)
    {
        Seed = seed;
        Events = events;
    }

    /// <summary>Gets the seed of the run.</summary>
    /// <value>The same seed repeats the failure.</value>
    public int Seed { get; }

    /// <summary>Gets the events of the run so far.</summary>
    /// <value>Empty when the run had not started.</value>
    public IReadOnlyList<RunEvent> Events { get; }

    internal static SimulationException Of(int seed, string what, IReadOnlyList<RunEvent> events, Exception? innerException)
    {
        string nl = Environment.NewLine;
        string last = string.Join(nl, events.Skip(events.Count - EventsShown).Select(next => $"  {next.Time - events[0].Time:c} {WithoutStack(next)}"));
        return new SimulationException($"Seed {seed}: {what}{nl}The same again: simulation.Run(plan, seed: {seed}). The last events:{nl}{last}", seed, events, innerException);
    }

    private static RunEvent WithoutStack(RunEvent next) => next switch
    {
        SubtaskFailed failed => failed with { Error = failed.Error with { Exception = null } },
        AttemptFailed failed => failed with { Error = failed.Error with { Exception = null } },
        CompensationFailed failed => failed with { Error = failed.Error with { Exception = null } },
        _ => next,
    };
}
