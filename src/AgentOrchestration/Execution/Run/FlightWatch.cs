using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Execution.Run;

/// <summary>A subtask that is to do work of a key. Its state is changed under the lock of <see cref="Flights"/>.</summary>
/// <param name="key">The key.</param>
/// <param name="self">The subtask.</param>
/// <param name="onBegun">Called outside of all locks, on any thread, when another run begins to do the same work.</param>
internal sealed class FlightWatch(string key, JoinedFlight self, Action<FlightWatch> onBegun)
{
    public string Key { get; } = key;

    public JoinedFlight Self { get; } = self;

    public Action<FlightWatch> OnBegun { get; } = onBegun;

    /// <summary>The flight of another run that it may wait for.</summary>
    public Flight? Other { get; set; }

    /// <summary>Its own flight, while its attempt runs.</summary>
    public Flight? Own { get; set; }

    /// <summary>Whether it has waited once. It does not wait again, so that no failure of others delays it more than once.</summary>
    public bool HasWaited { get; set; }
}
