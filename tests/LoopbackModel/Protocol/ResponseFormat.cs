using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Protocol;

internal sealed record ResponseFormat
{
    public required string Type { get; init; }

    public ResponseSchema? JsonSchema { get; init; }

    public LoopbackResponseFormat ToRecord() => new(Type, JsonSchema?.Name, JsonSchema?.Schema, JsonSchema?.Strict);

    public ChatResponseFormat ToChatResponseFormat() => (Type, JsonSchema) switch
    {
        ("text", _) => ChatResponseFormat.Text,
        ("json_object", _) => ChatResponseFormat.Json,
        ("json_schema", { Schema: { } schema } format) =>
            ChatResponseFormat.ForJsonSchema(schema, format.Name, format.Description),
        ("json_schema", _) => throw new JsonException("A response_format of type json_schema has no json_schema.schema."),
        _ => throw new JsonException($"The response_format type '{Type}' is unknown."),
    };
}
