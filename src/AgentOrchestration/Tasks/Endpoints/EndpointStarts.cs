using AgentOrchestration.Resources;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>Keeps subtasks that use an endpoint from starting as long as their calls would wait: pauses the pool of its name. Safe for concurrent use.</summary>
/// <param name="name">The name of the endpoint.</param>
/// <param name="resources">The ledger; <see langword="null"/> when its capacities do not change.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">For what the ledger throws.</param>
internal sealed class EndpointStarts(string name, IAdjustableResources? resources, TimeProvider timeProvider, ILogger logger)
{
    private const double LeastChange = 0.25;

    private readonly Lock _gate = new();
    private long _version;
    private double _heldUntil;

    /// <summary>Lets nothing start until a time.</summary>
    /// <param name="version">Counts up: what is older than what was done last is passed over.</param>
    /// <param name="now">When it is, in seconds.</param>
    /// <param name="until">Until when, in seconds; a time that has passed lets all start.</param>
    public void Hold(long version, double now, double until)
    {
        lock (_gate)
        {
            if (version <= _version || (until <= now ? _heldUntil <= now : Math.Abs(until - _heldUntil) < LeastChange))
            {
                return;
            }

            _version = version;
            _heldUntil = until;
            Change(adjustable => adjustable.Pause(name, timeProvider.GetUtcNow() + TimeSpan.FromSeconds(Math.Max(0, until - now))));
        }
    }

    /// <summary>The endpoint accepts another number of requests in a minute.</summary>
    public void Limit(double requestsPerMinute) => Change(adjustable => adjustable.SetCapacity(name, Math.Max(1, (long)requestsPerMinute)));

    /// <summary>A ledger of the application's own may throw; calls go on, and wait before the gate.</summary>
    private void Change(Action<IAdjustableResources> change)
    {
        try
        {
            if (resources is not null)
            {
                change(resources);
            }
        }
        catch (Exception exception)
        {
            EndpointLog.PauseThrew(logger, exception, name);
        }
    }
}
