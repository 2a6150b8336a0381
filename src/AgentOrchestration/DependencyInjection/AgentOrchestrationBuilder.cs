using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.DependencyInjection;

internal sealed class AgentOrchestrationBuilder(IServiceCollection services) : IAgentOrchestrationBuilder
{
    public IServiceCollection Services { get; } = services;
}
