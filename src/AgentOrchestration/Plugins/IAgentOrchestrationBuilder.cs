namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures the library. All verbs are extension methods, so that a package can add its own.</summary>
/// <example>
/// <code>
/// public static class SalesBuilderExtensions
/// {
///     public static IAgentOrchestrationBuilder AddSales(this IAgentOrchestrationBuilder builder) =&gt; builder.AddTaskType&lt;ReadTable&gt;().AddTaskType&lt;Check&gt;();
/// }
/// </code>
/// </example>
public interface IAgentOrchestrationBuilder
{
    /// <summary>Gets the services that are configured.</summary>
    /// <value>The collection of the application.</value>
    IServiceCollection Services { get; }
}
