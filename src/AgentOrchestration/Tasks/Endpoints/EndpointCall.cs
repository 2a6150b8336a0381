namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>One call of an endpoint, over all times it is sent. Used inside the gate of the endpoint, but for what never changes.</summary>
/// <param name="kind">What calls are like it, for what is learned of them.</param>
/// <param name="priority">The priority of its run.</param>
internal sealed class EndpointCall((string? Model, string? TaskType) kind, int priority)
{
    /// <summary>The call that the current code is a part of.</summary>
    private static readonly AsyncLocal<(ModelEndpoint Endpoint, EndpointCall Call)?> Ambient = new();

    public (string? Model, string? TaskType) Kind => kind;

    public int Priority => priority;

    /// <summary>Called when it was rejected; <see langword="null"/> when nobody wants to know.</summary>
    public Action? Rejected { get; init; }

    /// <summary>The length of its input, of which the tokens are estimated.</summary>
    public long Length { get; init; }

    /// <summary>The input tokens that are reserved.</summary>
    public double Input { get; init; }

    /// <summary>The output tokens that are reserved.</summary>
    public double Output { get; init; }

    /// <summary>Its turn among those of its priority; it keeps it when it is sent again.</summary>
    public long Turn { get; set; }

    /// <summary>When it was sent last.</summary>
    public double SentAt { get; set; }

    /// <summary>When it began to wait.</summary>
    public double WaitsSince { get; set; }

    public int Sent { get; set; }

    /// <summary>What had been taken in all when it was sent last.</summary>
    public (double Requests, double Input) Taken { get; set; }

    /// <summary>Whether it has been sent and nothing has come back.</summary>
    public bool IsInFlight { get; set; }

    /// <summary>Whether it was rejected when it was sent last.</summary>
    public bool IsRejected { get; set; }

    /// <summary>Completed when it may be sent.</summary>
    public TaskCompletionSource? Waiter { get; set; }

    /// <summary>Gets the call that the current code is a part of; <see langword="null"/> when it is none of the endpoint.</summary>
    public static EndpointCall? Of(ModelEndpoint endpoint) => Ambient.Value is { } ambient && ambient.Endpoint == endpoint ? ambient.Call : null;

    /// <summary>What the current code calls is a part of this call.</summary>
    public void Enter(ModelEndpoint endpoint) => Ambient.Value = (endpoint, this);
}
