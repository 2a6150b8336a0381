namespace AgentOrchestration.Planning.Model;

/// <summary>The response format that a model is asked for, the strictest first.</summary>
internal enum AnswerForm
{
    /// <summary>JSON that the endpoint forces into the schema.</summary>
    StrictSchema,

    /// <summary>JSON by the schema, as far as the endpoint keeps to it.</summary>
    Schema,

    /// <summary>JSON of any form; the prompt describes the form.</summary>
    JsonObject,

    /// <summary>Text; no response format is sent.</summary>
    Text,
}
