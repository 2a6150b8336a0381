using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Planning.Model;

/// <summary>What a model is asked when it plans.</summary>
/// <param name="Messages">Makes the messages, beside the schema of the answer or without it.</param>
/// <param name="Schema">The JSON schema of the answer.</param>
/// <param name="MaxOutputTokens">The maximum length of the answer; <see langword="null"/> for none.</param>
/// <param name="MayRequestSchemas">Whether the answer may request schemas of task types.</param>
internal sealed record PlanQuestion(Func<bool, IReadOnlyList<ChatMessage>> Messages, JsonElement Schema, int? MaxOutputTokens, bool MayRequestSchemas)
{
    /// <summary>Where Microsoft.Extensions.AI.OpenAI looks for it.</summary>
    private const string StrictProperty = "strict";

    /// <summary>Gets whether the schema fits strict mode.</summary>
    public bool AllowsStrict => StrictSchema.Allows(Schema);

    /// <summary>Asks for the answer in a form. What the schema of the answer says is not said again in the messages.</summary>
    public FormedQuestion In(AnswerForm form) => new(Messages(form is AnswerForm.StrictSchema or AnswerForm.Schema), OptionsIn(form));

    private ChatOptions OptionsIn(AnswerForm form) => new()
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
