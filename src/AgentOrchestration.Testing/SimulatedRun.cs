using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing;

/// <summary>Holds what happened in a simulated run.</summary>
public sealed class SimulatedRun : IDisposable
{
    private readonly ServiceProvider _services;

    internal SimulatedRun(int seed, RunResult result, IReadOnlyList<RunEvent> events, ServiceProvider services)
    {
        Seed = seed;
        Result = result;
        Events = events;
        _services = services;
    }

    /// <summary>Gets the seed of the run.</summary>
    /// <value>The same seed repeats the run.</value>
    public int Seed { get; }

    /// <summary>Gets the result of the run.</summary>
    /// <value>The result as the application would receive it.</value>
    public RunResult Result { get; }

    /// <summary>Gets the events of the run, ticks included.</summary>
    /// <value>In the order in which a reader receives them.</value>
    public IReadOnlyList<RunEvent> Events { get; }

    /// <summary>Gets the duration of the run in virtual time.</summary>
    /// <value>From the first event to the last.</value>
    public TimeSpan Elapsed => Events[^1].Time - Events[0].Time;

    /// <summary>Gets the services of this run, for looking into fakes.</summary>
    /// <value>Valid until the run is disposed.</value>
    public IServiceProvider Services => _services;

    /// <summary>Disposes the services of the run.</summary>
    public void Dispose() => Dispose(_services);

    /// <inheritdoc/>
    public override string ToString() => $"Seed {Seed}: {Result.Outcome} after {Elapsed}, {Events.Count} events.";

    internal static void Dispose(ServiceProvider services)
    {
        ValueTask disposal = services.DisposeAsync();
        if (disposal.IsCompleted)
        {
            disposal.GetAwaiter().GetResult();
        }
        else
        {
            disposal.AsTask().GetAwaiter().GetResult();
        }
    }
}
