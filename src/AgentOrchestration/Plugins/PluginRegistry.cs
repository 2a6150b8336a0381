using System.Text.Json;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Plugins;

internal sealed class PluginRegistry(
    IEnumerable<PluginDescriptor> plugins, ITaskOrchestrator orchestrator, ITaskTypeRegistry taskTypes, PayloadSerializer serializer) : IPluginRegistry
{
    public IReadOnlyList<PluginDescriptor> Plugins { get; } = [.. plugins.OrderBy(plugin => plugin.Name, StringComparer.Ordinal)];

    public async Task<JsonElement> ExecuteAsync(string plugin, string taskType, JsonElement arguments, CancellationToken cancellationToken)
    {
        Type outputType = taskTypes.Get(Find(plugin, taskType)).OutputType;
        var plan = new TaskPlan
        {
            Goal = $"{plugin}: {taskType}",
            Subtasks = [new Subtask { Id = taskType, TaskType = taskType, Arguments = arguments.ValueKind == JsonValueKind.Undefined ? null : arguments }],
        };
        OrchestrationRun run = await orchestrator.StartAsync(plan, cancellationToken).ConfigureAwait(false);
        await using (run.ConfigureAwait(false))
        {
            RunResult result = await run.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (result.Outcome != RunOutcome.Succeeded)
            {
                throw new OrchestrationFailedException(result);
            }

            return outputType == typeof(None) ? JsonElement.Parse("{}") : serializer.Write(result[taskType].Output, outputType);
        }
    }

    private string Find(string plugin, string taskType)
    {
        PluginDescriptor found = Plugins.FirstOrDefault(known => known.Name == plugin)
            ?? throw new UnknownPluginException($"There is no plugin '{plugin}'. Added: {string.Join(", ", Plugins.Select(known => known.Name))}.");
        return found.TaskTypes.Contains(taskType, StringComparer.Ordinal)
            ? taskType
            : throw new UnknownPluginException($"The plugin '{plugin}' has no task type '{taskType}'. It has: {string.Join(", ", found.TaskTypes)}.");
    }
}
