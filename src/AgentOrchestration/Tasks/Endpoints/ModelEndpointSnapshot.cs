namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>Describes a model's endpoint at one moment, as its gate sees it.</summary>
/// <param name="Name">The name of the endpoint.</param>
public sealed record ModelEndpointSnapshot(string Name)
{
    /// <summary>Gets the number of calls that wait before the gate.</summary>
    /// <value>0 when there is none.</value>
    public int Waiting { get; init; }

    /// <summary>Gets the number of calls that have been sent and not answered.</summary>
    /// <value>0 when there is none.</value>
    public int InFlight { get; init; }

    /// <summary>Gets the time for which no call is sent, because the endpoint has rejected one.</summary>
    /// <value>Zero when calls are sent.</value>
    public TimeSpan PausedFor { get; init; }

    /// <summary>Gets the number of calls that have been sent so far; a call that is sent again counts again.</summary>
    /// <value>Since the start of the process.</value>
    public long Sent { get; init; }

    /// <summary>Gets the number of calls that the endpoint has rejected so far.</summary>
    /// <value>Since the start of the process.</value>
    public long Rejected { get; init; }

    /// <summary>Gets the time that calls have waited before the gate, added up.</summary>
    /// <value>Of calls that wait no longer.</value>
    public TimeSpan Waited { get; init; }

    /// <summary>Gets the number of requests in a minute that the gate lets through now.</summary>
    /// <value><see langword="null"/> when no limit is known.</value>
    public double? RequestsPerMinute { get; init; }

    /// <summary>Gets the number of input tokens in a minute that the gate lets through now.</summary>
    /// <value><see langword="null"/> when no limit is known.</value>
    public double? InputTokensPerMinute { get; init; }
}
