using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Many pools of one place each, <c>pool0</c> and so on.</summary>
internal static class ManyPools
{
    public static void Declare(IAgentOrchestrationBuilder builder, int pools)
    {
        for (int i = 0; i < pools; i++)
        {
            builder.AddResource($"pool{i}", 1);
        }
    }
}
