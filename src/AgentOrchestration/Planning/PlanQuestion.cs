using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Planning;

/// <summary>What a model is asked when it plans.</summary>
/// <param name="Messages">The messages.</param>
/// <param name="Schema">The JSON schema of the answer.</param>
/// <param name="MaxOutputTokens">The maximum length of the answer; <see langword="null"/> for none.</param>
internal sealed record PlanQuestion(IReadOnlyList<ChatMessage> Messages, JsonElement Schema, int? MaxOutputTokens)
{
    /// <summary>Where Microsoft.Extensions.AI.OpenAI looks for it.</summary>
    private const string StrictProperty = "strict";

    /// <summary>Gets whether the schema fits strict mode.</summary>
    public bool AllowsStrict => StrictSchema.Allows(Schema);

    /// <summary>Gets the options that ask for the answer in a form.</summary>
    public ChatOptions In(AnswerForm form) => new()
    {
        ResponseFormat = form switch
        {
            AnswerForm.StrictSchema or AnswerForm.Schema => ChatResponseFormat.ForJsonSchema(Schema, PlanSchema.Name, "A plan of subtasks."),
            AnswerForm.JsonObject => ChatResponseFormat.Json,
            _ => null,
        },
        AdditionalProperties = form == AnswerForm.StrictSchema ? new AdditionalPropertiesDictionary { [StrictProperty] = true } : null,
        MaxOutputTokens = MaxOutputTokens,
    };
}
