using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Execution.Run;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Foreign;

/// <summary>
/// Puts custom parts around the built-in ones: an executor, a ledger, a decomposer and a context, all made of public members. With the environment
/// variable <c>ORCHESTRATION_FOREIGN=1</c> every test that starts runs through a fixture does so with them.
/// </summary>
internal static class ForeignParts
{
    private static readonly bool IsWanted = Environment.GetEnvironmentVariable("ORCHESTRATION_FOREIGN") == "1";

    public static IAgentOrchestrationBuilder AddTo(IAgentOrchestrationBuilder builder)
    {
        builder.Services.AddSingleton<TaskMiddleware, ForeignMiddleware>();
        return builder
            .UseExecutor((_, inner) => new ForeignExecutor(inner))
            .UseResourceManager((_, inner) => new ForeignResources(inner))
            .UseDecomposer((_, inner) => new ForeignDecomposer(inner));
    }

    /// <summary>Returns the handle of the built-in executor.</summary>
    public static LocalRun LocalRunOf(OrchestrationRun run) => (LocalRun)(run.Handle is ForeignRun foreign ? foreign.Inner : run.Handle);

    public static IAgentOrchestrationBuilder AddWhereWanted(IAgentOrchestrationBuilder builder) => IsWanted ? AddTo(builder) : builder;
}
