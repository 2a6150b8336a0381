using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

/// <summary>Something that adds task types, resources and the like to an application: it can do what the application can, and no more.</summary>
public interface IPlugin
{
    /// <summary>Names the plugin: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</summary>
    string Name { get; }

    /// <summary>Registers what the plugin adds. Called once, when it is added.</summary>
    /// <param name="builder">The application's builder.</param>
    void Configure(IAgentOrchestrationBuilder builder);
}
