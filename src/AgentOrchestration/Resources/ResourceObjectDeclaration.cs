namespace AgentOrchestration.Resources;

/// <summary>Objects of a resource, as the application declared them.</summary>
/// <param name="Name">The resource.</param>
/// <param name="Make">Makes one.</param>
/// <param name="Reset">Makes one that was used as good as new.</param>
/// <param name="IdleTimeout">How long one may lie idle.</param>
/// <param name="IsMadeAhead">Whether they are made before they are asked for.</param>
internal sealed record ResourceObjectDeclaration(
    string Name, Func<IServiceProvider, CancellationToken, ValueTask<object>> Make, Func<object, ValueTask>? Reset, TimeSpan IdleTimeout, bool IsMadeAhead);
