using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Planning.Model;

/// <summary>Makes the questions that a model is asked when it plans.</summary>
internal sealed class PlanQuestions(ITaskTypeRegistry taskTypes, IResourceManager resources, PayloadSerializer serializer, PlanningOptions options, SchemaSelection selection)
{
    /// <summary>Gets the task types that can be used.</summary>
    public ITaskTypeRegistry TaskTypes => taskTypes;

    /// <summary>Gets the schemas that are shown.</summary>
    public SchemaSelection Selection => selection;

    /// <summary>Makes a question.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="refusal">Why an earlier plan was refused; <see langword="null"/> for the first.</param>
    /// <param name="shown">The schemas that are shown; <see langword="null"/> for all.</param>
    /// <param name="used">How many tokens an earlier answer to the same question has used.</param>
    public PlanQuestion Make(OrchestrationRequest request, PlanRefusal? refusal, ShownSchemas? shown, long used = 0)
    {
        IReadOnlyList<ResourcePoolSnapshot> pools = resources.Snapshot();
        PlanLanguage language = PlanLanguage.Of(taskTypes);
        IReadOnlyList<TaskDescriptor> lacked = shown?.LackedBy(refusal, taskTypes) ?? [];
        return new PlanQuestion(
            Messages,
            PlanSchema.Create(taskTypes, pools, language, shown?.AllWith(lacked)),
            options.MaxTokens is { } most ? (int)Math.Clamp(most - used - (refusal?.Planning?.Tokens ?? 0), 1, int.MaxValue) : null,
            MayRequestSchemas: shown is not null);

        List<ChatMessage> Messages(bool hasSchema)
        {
            var prompt = new PlanPrompt(taskTypes, pools, language, hasSchema, options.Instructions);
            return shown is null ? prompt.Create(request, refusal, serializer) : prompt.Create(request, refusal, serializer, shown, lacked);
        }
    }
}
