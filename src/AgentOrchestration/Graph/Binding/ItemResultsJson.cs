using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Binding;

/// <summary>Writes and reads lists of <see cref="ItemResult{TOutput}"/>. Only the outputs need a JSON form of their own.</summary>
internal static class ItemResultsJson
{
    private const string Output = "output";
    private const string Error = "error";
    private const string Kind = "kind";
    private const string Message = "message";

    public static JsonElement Write(IItemResult[] results, Type outputType, PayloadSerializer serializer)
    {
        var list = new JsonArray();
        foreach (IItemResult result in results)
        {
            list.Add((JsonNode)(result.Error is { } error
                ? new JsonObject { [Error] = new JsonObject { [Kind] = error.Kind, [Message] = error.Message } }
                : new JsonObject { [Output] = outputType == typeof(None) ? new JsonObject() : JsonNode.Parse(Write(result.Output, outputType, serializer).GetRawText()) }));
        }

        return JsonSerializer.SerializeToElement(list, PlanJsonContext.Default.JsonNode);
    }

    public static Array Read(JsonElement list, TaskDescriptor taskType, PayloadSerializer serializer)
    {
        var outputs = new object?[list.GetArrayLength()];
        var errors = new ItemError?[outputs.Length];
        foreach ((int index, JsonElement result) in list.EnumerateArray().Index())
        {
            if (result.TryGetProperty(Error, out JsonElement error))
            {
                errors[index] = new ItemError(error.GetProperty(Kind).GetString()!, error.GetProperty(Message).GetString()!);
            }
            else
            {
                outputs[index] = Read(result.GetProperty(Output), taskType.OutputType, serializer);
            }
        }

        return taskType.Invoker.ToResults(outputs, errors);
    }

    /// <summary>The schema of such a list.</summary>
    /// <param name="output">The schema of an output, with its pointers as they are at their place in the list.</param>
    public static JsonNode SchemaOf(JsonNode? output) => new JsonObject
    {
        ["type"] = "array",
        ["items"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                [Output] = output,
                [Error] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject { [Kind] = new JsonObject { ["type"] = "string" }, [Message] = new JsonObject { ["type"] = "string" } },
                    ["required"] = new JsonArray(Kind, Message),
                    ["additionalProperties"] = false,
                },
            },
            ["additionalProperties"] = false,
        },
    };

    private static JsonElement Write(object? output, Type type, PayloadSerializer serializer) =>
        output is JsonElement element ? element : serializer.Write(output, type);

    private static object? Read(JsonElement output, Type type, PayloadSerializer serializer) => type == typeof(None) ? None.Value
        : type == typeof(JsonElement) ? output.Clone()
        : serializer.Read(output, type);
}
