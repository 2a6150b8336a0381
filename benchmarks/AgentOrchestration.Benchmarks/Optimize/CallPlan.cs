using System.Text.Json.Nodes;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Plans of independent subtasks with one model call each, whose output is the answer.</summary>
internal static class CallPlan
{
    private const string TaskType = "call";

    public static TaskPlan Of(int calls, Func<int, string> promptOf) => TaskPlan.Create(plan =>
    {
        for (int call = 0; call < calls; call++)
        {
            plan.Add($"call-{call}", TaskType, new JsonObject { ["prompt"] = promptOf(call) });
        }
    });

    public static void AddCall(IAgentOrchestrationBuilder builder, Action<TaskTypeOptions>? configure = null) => builder.AddTaskType(
        TaskType,
        "Asks a model.",
        async (CallInput input, TaskContext context, CancellationToken cancellationToken) =>
        {
            // Streamed, so that its first token is its progress.
            List<ChatResponseUpdate> updates = [];
            await foreach (ChatResponseUpdate update in context.Chat.GetStreamingResponseAsync(input.Prompt, cancellationToken: cancellationToken))
            {
                if (updates.Count == 0)
                {
                    context.ReportProgress(0);
                }

                updates.Add(update);
            }

            return updates.ToChatResponse().Text;
        },
        options =>
        {
            options.Effect = TaskEffect.Read;
            configure?.Invoke(options);
        });

    /// <summary>What a rejection asks for.</summary>
    public static TimeSpan? RetryAfter(Exception exception) =>
        exception is ModelRejectedException rejected && rejected.Headers.TryGetValue("retry-after", out string? seconds) && int.TryParse(seconds, out int wait)
            ? TimeSpan.FromSeconds(wait)
            : null;
}
