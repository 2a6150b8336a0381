namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>The attempt on whose behalf the current code calls a model.</summary>
/// <param name="TaskType">The name of its task type.</param>
/// <param name="Priority">The priority of its run.</param>
internal sealed record EndpointCaller(string TaskType, int Priority)
{
    private static readonly AsyncLocal<EndpointCaller?> Ambient = new();

    public static EndpointCaller? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }
}
