using System.Text.Json;
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

        try
        {
            return AIJsonUtilities.CreateJsonSchema(type, serializerOptions: options, inferenceOptions: Closed);
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException or JsonException)
        {
            throw new InvalidOperationException(
                $"The task type '{taskType.Name}' takes or returns '{type}', which has no JSON form: {exception.Message} "
                + "Give the type metadata in options.JsonSerializerOptions (a JsonSerializerContext), or use a type that can be written as JSON.",
                exception);
        }
    }
}
