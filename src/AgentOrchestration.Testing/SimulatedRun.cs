using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing;

/// <summary>What happened in a simulated run.</summary>
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

    /// <summary>The seed; it repeats the run.</summary>
    public int Seed { get; }

    /// <summary>What became of the run.</summary>
    public RunResult Result { get; }

    /// <summary>Its facts, and what was reported in between, in the order in which a reader saw them.</summary>
    public IReadOnlyList<RunEvent> Events { get; }

    /// <summary>How long it took in virtual time.</summary>
    public TimeSpan Elapsed => Events[^1].Time - Events[0].Time;

    /// <summary>The services of this run, until it is disposed; for looking into fakes.</summary>
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
