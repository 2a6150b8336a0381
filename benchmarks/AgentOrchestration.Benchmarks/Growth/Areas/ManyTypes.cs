using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Many task types, <c>type0</c> and so on, that read the same input.</summary>
internal static class ManyTypes
{
    public static void Register(IAgentOrchestrationBuilder builder, int types)
    {
        for (int i = 0; i < types; i++)
        {
            builder.AddTaskType<TableQuery, None>($"type{i}", "Reads a table.", static (_, _, _) => new(None.Value));
        }
    }
}
