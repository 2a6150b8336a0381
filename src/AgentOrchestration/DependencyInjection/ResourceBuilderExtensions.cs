using AgentOrchestration.DependencyInjection;
using AgentOrchestration.Plans;
using AgentOrchestration.Plugins;
using AgentOrchestration.Resources;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Declares resources.</summary>
public static class ResourceBuilderExtensions
{
    /// <summary>Declares a pool, or replaces the machine's own capacity of cpu or memory.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The pool's name: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="capacity">All there is, greater than zero: thousandths of a core for cpu, MiB for memory, your own unit for others.</param>
    /// <exception cref="ArgumentException">The name is ill-formed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is zero or negative.</exception>
    public static IAgentOrchestrationBuilder AddResource(this IAgentOrchestrationBuilder builder, string name, long capacity)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        if (!SubtaskId.IsValid(name))
        {
            throw new ArgumentException($"'{name}' is no name of a resource: use 1 to 64 of A-Z a-z 0-9 _ -.", nameof(name));
        }

        builder.Services.AddSingleton(new ResourceCapacity(new ResourceAmount(name, capacity)));
        return builder;
    }
}
