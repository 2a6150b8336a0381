using AgentOrchestration.Tasks.Deferring;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>The attempt on whose behalf the current code calls a model.</summary>
/// <param name="TaskType">The name of its task type.</param>
/// <param name="Priority">The priority of its run.</param>
internal sealed record EndpointCaller(string TaskType, int Priority)
{
    private static readonly AsyncLocal<EndpointCaller?> Ambient = new();

    /// <summary>Called when the endpoint has rejected a call. Default: nobody wants to know.</summary>
    public Action? Rejected { get; init; }

    public static EndpointCaller? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    /// <summary>Its calls that can be deferred; <see langword="null"/> when none can.</summary>
    public DeferrableCalls? Deferrable { get; init; }

    /// <summary>What the current call has used in batches, which cost less.</summary>
    public List<UsageDetails>? Batched { get; private init; }

    /// <summary>The same for one call.</summary>
    public EndpointCaller ForCall() => Deferrable is null ? this : this with { Batched = [] };
}
