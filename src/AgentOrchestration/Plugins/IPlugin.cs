using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

/// <summary>Adds task types, resources and other parts to an application. It can do what the application can, and no more.</summary>
/// <example>
/// <code>
/// public sealed class SalesPlugin : IPlugin
/// {
///     public string Name =&gt; "sales";
///
///     public void Configure(IAgentOrchestrationBuilder builder) =&gt; builder.AddTaskType&lt;ReadTable&gt;().AddResource("database", capacity: 4);
/// }
/// </code>
/// </example>
public interface IPlugin
{
    /// <summary>Gets the name of the plugin.</summary>
    /// <value>1 to 64 characters of <c>A-Z a-z 0-9 _ -</c>.</value>
    string Name { get; }

    /// <summary>Registers what the plugin adds. Called once, when it is added.</summary>
    /// <param name="builder">The application's builder.</param>
    void Configure(IAgentOrchestrationBuilder builder);
}
