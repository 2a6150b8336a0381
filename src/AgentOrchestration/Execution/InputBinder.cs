using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>Makes the input of a subtask from its arguments and the outputs they refer to.</summary>
/// <param name="graph">The graph.</param>
/// <param name="outputOf">The output of a subtask that has succeeded.</param>
/// <param name="serializer">Writes outputs and reads inputs.</param>
internal sealed class InputBinder(TaskGraph graph, Func<int, object?> outputOf, PayloadSerializer serializer)
{
    public object? Bind(int subtask)
    {
        Type type = graph.TaskTypes[subtask].InputType;
        if (type == typeof(None) || graph.Inputs[subtask] is not { } binding)
        {
            return None.Value;
        }

        if (binding.IsOneOutput && binding.Sources[0] is { Path: "" } source && outputOf(source.Subtask) is { } output && type.IsInstanceOfType(output))
        {
            return output;
        }

        return serializer.Read(Resolve(binding), type);
    }

    /// <summary>The arguments with every reference replaced by what it stands for, as its declared type says it.</summary>
    public JsonElement Resolve(InputBinding binding) => Resolve(binding, Read);

    /// <summary>
    /// The same, but of outputs everything that their actual types say: two objects that only look equal through their declared type
    /// are not equal work.
    /// </summary>
    public JsonElement ResolveExactly(InputBinding binding) => Resolve(binding, ReadExactly);

    private static JsonElement Resolve(InputBinding binding, Func<OutputSource, JsonElement> read)
    {
        if (binding.Sources.Count == 0)
        {
            return binding.Arguments;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            int next = 0;
            Write(writer, binding.Arguments, binding, read, ref next);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, InputBinding binding, Func<OutputSource, JsonElement> read, ref int next)
    {
        if (SubtaskOutput.TryRead(element, out _))
        {
            read(binding.Sources[next++]).WriteTo(writer);
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, binding, read, ref next);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Write(writer, item, binding, read, ref next);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private JsonElement Read(OutputSource source)
    {
        Type type = graph.TaskTypes[source.Subtask].OutputType;
        JsonElement output = type == typeof(None) ? JsonElement.Parse("{}") : serializer.Write(outputOf(source.Subtask), type);
        return JsonPointer.TryResolve(output, source.Path, out JsonElement part)
            ? part
            : throw new InvalidOperationException($"The output of '{graph.Subtasks[source.Subtask].Id}' has no part '{source.Path}'.");
    }

    private JsonElement ReadExactly(OutputSource source)
    {
        if (outputOf(source.Subtask) is not { } output || output is None)
        {
            return Read(source);
        }

        Type type = output.GetType();
        JsonElement exact = serializer.Write(output, type);
        if (!JsonPointer.TryResolve(exact, source.Path, out JsonElement part))
        {
            return Read(source);
        }

        return type == graph.TaskTypes[source.Subtask].OutputType
            ? part
            : JsonSerializer.SerializeToElement(
                new JsonObject { ["type"] = type.ToString(), ["value"] = JsonNode.Parse(part.GetRawText()) }, PlanJsonContext.Default.JsonNode);
    }
}
