using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Optimization;

/// <summary>
/// Names a request together with all that its plan comes from: goal and inputs, task types with their versions and schemas, names of
/// resources, model, decomposer and prompt. Capacities are no part of it, as they change all the time; whether a plan still fits is checked.
/// </summary>
internal sealed class PlanKey(
    ITaskTypeRegistry taskTypes, IResourceManager resources, PayloadSerializer serializer, ITaskDecomposer decomposer, PlanningChatClient chat, PlanningOptions options)
{
    private Registered? _registered;

    public string Of(OrchestrationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var model = chat.Client?.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata;
        Registered registered = Describe();
        var parts = new JsonObject
        {
            ["request"] = PlanPrompt.Describe(request, serializer),
            ["taskTypes"] = registered.Identity,
            ["resources"] = new JsonArray([.. resources.Snapshot().Select(pool => pool.Name).Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]),
            ["decomposer"] = decomposer.GetType().FullName,
            ["provider"] = model?.ProviderName,
            ["model"] = model?.DefaultModelId,
            ["rules"] = PlanRules.Write(registered.Language, hasSchema: true, options.Instructions),
        };
        if (registered.TaskTypes.Length > options.MaxTaskTypeSchemas)
        {
            // Then the prompt is another.
            parts["schemas"] = options.MaxTaskTypeSchemas;
        }

        return WorkIdentity.Of(JsonSerializer.SerializeToElement(parts, PlanJsonContext.Default.JsonNode));
    }

    /// <summary>Schemas of many task types are long, and are what they were as long as the task types are.</summary>
    private Registered Describe()
    {
        IReadOnlyList<TaskDescriptor> now = taskTypes.TaskTypes;
        if (_registered is { } known && known.IsOf(now))
        {
            return known;
        }

        PlanLanguage language = PlanLanguage.Of(taskTypes);
        var parts = new JsonObject
        {
            ["taskTypes"] = PlanPrompt.Describe(taskTypes, language),
            ["versions"] = new JsonArray([.. now.Select(taskType => (JsonNode)taskType.Version)]),
        };
        return _registered = new Registered([.. now], language, WorkIdentity.Of(JsonSerializer.SerializeToElement(parts, PlanJsonContext.Default.JsonNode)));
    }

    /// <summary>What is registered, as a part of a key.</summary>
    private sealed record Registered(TaskDescriptor[] TaskTypes, PlanLanguage Language, string Identity)
    {
        public bool IsOf(IReadOnlyList<TaskDescriptor> now)
        {
            bool same = now.Count == TaskTypes.Length;
            for (int i = 0; same && i < TaskTypes.Length; i++)
            {
                same = ReferenceEquals(now[i], TaskTypes[i]);
            }

            return same;
        }
    }
}
