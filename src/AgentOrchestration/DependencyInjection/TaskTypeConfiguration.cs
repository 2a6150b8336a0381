using AgentOrchestration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>A change of the options of a task type that was not registered when it was made.</summary>
/// <param name="Name">The name of the task type.</param>
/// <param name="Configure">Makes the change.</param>
internal sealed record TaskTypeConfiguration(string Name, Action<TaskTypeOptions> Configure);
