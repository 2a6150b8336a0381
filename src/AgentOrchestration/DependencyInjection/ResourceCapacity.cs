using AgentOrchestration.Resources;

namespace AgentOrchestration.DependencyInjection;

/// <summary>A pool that the application declared.</summary>
internal sealed record ResourceCapacity(ResourceAmount Amount);
