using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Early;

/// <summary>Work of each effect, whose code a test gives by the id of the subtask. What has none returns at once. No two of them do the same. Each attempt uses 100 tokens.</summary>
internal sealed class Steps
{
    private readonly ConcurrentQueue<string> _executed = [];

    public Dictionary<string, Func<TaskContext, CancellationToken, Task>> Code { get; } = [];

    /// <summary>The ids of the subtasks that were worked on, once for each attempt.</summary>
    public IReadOnlyList<string> Executed => [.. _executed];

    public Engine Engine(double share = 1, Action<AgentOrchestrationOptions>? options = null, Action<IAgentOrchestrationBuilder>? also = null) => new(
        builder =>
        {
            Add(builder);
            also?.Invoke(builder);
        },
        all =>
        {
            all.Runs.Extra = new ExtraWork { EarlyShare = share };
            options?.Invoke(all);
        });

    public void Add(IAgentOrchestrationBuilder builder)
    {
        foreach (TaskEffect effect in Enum.GetValues<TaskEffect>())
        {
            AddType(effect.ToString().ToLowerInvariant(), options => options.Effect = effect);
        }

        AddType("approved", options => (options.Effect, options.RequiresApproval) = (TaskEffect.Read, true));

        void AddType(string name, Action<TaskTypeOptions> configure) => builder.AddTaskType(
            name,
            "Works.",
            async (string[] inputs, TaskContext context, CancellationToken stop) =>
            {
                string id = context.Subtask.Id;
                _executed.Enqueue(id);
                context.ReportUsage(new TaskUsage(100, 0, 0));
                if (Code.TryGetValue(id, out Func<TaskContext, CancellationToken, Task>? code))
                {
                    await code(context, stop);
                }

                return $"{id}({string.Join(',', inputs[1..])})";
            },
            options =>
            {
                options.Retry.MaxAttempts = 1;
                configure(options);
            });
    }

    public static SubtaskRef Add(TaskPlanBuilder plan, string id, string type, SubtaskRef[]? after = null, SubtaskRef[]? of = null, SubtaskOptions? options = null) =>
        plan.Add(id, type, new JsonArray([JsonValue.Create(id), .. (of ?? []).Select(other => other.Output().ToJsonNode())]), after ?? [], options);
}
