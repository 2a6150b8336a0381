using AgentOrchestration.Tasks.Deferring;

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

    /// <summary>The current call; <see langword="null"/> when it cannot be deferred.</summary>
    public DeferrableCall? Call { get; private init; }

    /// <summary>The same for one call, which may be made by a function that another call invokes.</summary>
    public EndpointCaller ForCall() => Deferrable is null ? this : this with { Call = new DeferrableCall(Current is { } outer && outer.Deferrable == Deferrable ? outer.Call : null) };
}
