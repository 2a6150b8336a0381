using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning;

/// <summary>Describes what an <see cref="ITaskTypeSelector"/> selects task types for.</summary>
/// <param name="Request">The request that is planned.</param>
/// <param name="TaskTypes">The registered task types, with their schemas.</param>
/// <param name="MaxCount">The maximum number of task types whose schemas are shown; at least 1.</param>
public sealed record TaskTypeQuery(OrchestrationRequest Request, ITaskTypeRegistry TaskTypes, int MaxCount);
