using AgentOrchestration;
using Microsoft.Extensions.DependencyInjection;

namespace Tour;

/// <summary>A plugin with one task type.</summary>
public sealed class WordCountPlugin : IPlugin
{
    public string Name => "words";

    public void Configure(IAgentOrchestrationBuilder builder)
    {
        builder.AddTaskType(
            "word_count",
            "Counts the words of a text.",
            (string text, TaskContext _, CancellationToken _) => ValueTask.FromResult(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length),
            options => options.Effect = TaskEffect.Pure);
    }
}
