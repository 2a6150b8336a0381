using System.Text.Json;
using AgentOrchestration.Plans.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks;

/// <summary>The JSON schemas of a task type's input and output, made from its types.</summary>
internal sealed record TaskSchemas(JsonElement Input, JsonElement Output)
{
    private static readonly JsonElement Nothing = JsonElement.Parse("""{"type":"object","properties":{},"additionalProperties":false}""");

    private static readonly AIJsonSchemaCreateOptions Closed =
        new() { TransformOptions = new AIJsonSchemaTransformOptions { DisallowAdditionalProperties = true } };

    public static TaskSchemas Of(TaskDescriptor taskType, JsonSerializerOptions options) =>
        new(Create(taskType, taskType.InputType, options), Create(taskType, taskType.OutputType, options));

    private static JsonElement Create(TaskDescriptor taskType, Type type, JsonSerializerOptions options)
    {
        if (type == typeof(None))
        {
            return Nothing;
        }

        JsonElement schema;
        try
        {
            schema = AIJsonUtilities.CreateJsonSchema(type, serializerOptions: options, inferenceOptions: Closed);
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException or JsonException or ArgumentException)
        {
            throw NoJsonForm(taskType, type, exception.Message, exception);
        }

        return FindUnsupported(schema, JsonPlace.Root) is { } place
            ? throw NoJsonForm(taskType, type, place.IsRoot ? "The serializer does not support it." : $"The serializer does not support the type at '{place}' of its schema.", null)
            : schema;
    }

    /// <summary>The place that the schema's maker marked: it makes a schema of every type, also of those that the serializer refuses.</summary>
    private static JsonPlace? FindUnsupported(JsonElement schema, JsonPlace place)
    {
        if (schema.ValueKind == JsonValueKind.Array)
        {
            return schema.EnumerateArray().Index().Select(item => FindUnsupported(item.Item, place.At(item.Index))).FirstOrDefault(found => found is not null);
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return schema.TryGetProperty("not", out JsonElement not) && not.ValueKind == JsonValueKind.True
            && schema.TryGetProperty("$comment", out JsonElement comment) && comment.ValueKind == JsonValueKind.String
            ? place
            : schema.EnumerateObject().Select(property => FindUnsupported(property.Value, place.At(property.Name))).FirstOrDefault(found => found is not null);
    }

    private static InvalidOperationException NoJsonForm(TaskDescriptor taskType, Type type, string why, Exception? cause) => new(
        $"The task type '{taskType.Name}' takes or returns '{type}', which has no JSON form: {why} "
        + $"{JsonMetadata.Remedy(type)} Or use a type that can be written as JSON.",
        cause);
}
