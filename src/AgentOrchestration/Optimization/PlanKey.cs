using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Execution;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans;
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
    public string Of(OrchestrationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var model = chat.Client?.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata;
        PlanLanguage language = PlanLanguage.Of(taskTypes);
        var parts = new JsonObject
        {
            ["request"] = PlanPrompt.Describe(request, serializer),
            ["taskTypes"] = PlanPrompt.Describe(taskTypes, language),
            ["versions"] = new JsonArray([.. taskTypes.TaskTypes.Select(taskType => (JsonNode)taskType.Version)]),
            ["resources"] = new JsonArray([.. resources.Snapshot().Select(pool => pool.Name).Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]),
            ["decomposer"] = decomposer.GetType().FullName,
            ["provider"] = model?.ProviderName,
            ["model"] = model?.DefaultModelId,
            ["rules"] = PlanRules.Write(language, options.Instructions),
        };
        return WorkIdentity.Of(JsonSerializer.SerializeToElement(parts, PlanJsonContext.Default.JsonNode));
    }
}
