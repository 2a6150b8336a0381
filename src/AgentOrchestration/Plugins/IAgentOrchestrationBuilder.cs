namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures the library. All verbs are extension methods, so that a package can add its own.</summary>
public interface IAgentOrchestrationBuilder
{
    /// <summary>The services that are configured.</summary>
    IServiceCollection Services { get; }
}
