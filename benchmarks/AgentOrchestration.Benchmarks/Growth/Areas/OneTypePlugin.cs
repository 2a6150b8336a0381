using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>A plugin of one task type.</summary>
internal sealed class OneTypePlugin(int number) : IPlugin
{
    public string Name => $"plugin{number}";

    public void Configure(IAgentOrchestrationBuilder builder) =>
        builder.AddTaskType<None, None>($"type{number}", "Does nothing.", static (_, _, _) => new(None.Value));
}
