namespace AgentOrchestration.Plans.Reading;

/// <summary>How the JSON of an answer is encoded once more.</summary>
internal enum AnswerEncoding
{
    None,

    /// <summary>As the content of a JSON string.</summary>
    JsonString,

    /// <summary>As HTML text.</summary>
    Html,
}
