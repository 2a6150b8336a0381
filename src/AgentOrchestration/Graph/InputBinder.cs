using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph;

/// <summary>Makes the input of a subtask from its arguments and the outputs they refer to.</summary>
/// <param name="graph">The graph.</param>
/// <param name="outputOf">The output of a subtask that has succeeded; <see langword="null"/> for one that has not and need not have.</param>
/// <param name="serializer">Writes outputs and reads inputs.</param>
/// <param name="reveal">The value of a secret, for what is bound and nothing else; <see langword="null"/> where there are none.</param>
internal sealed class InputBinder(GrowingGraph graph, Func<int, object?> outputOf, PayloadSerializer serializer, Func<string, string>? reveal = null)
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

        JsonElement arguments = Resolve(binding, Read, binding.HasSecrets ? reveal ?? NoSecrets : null);
        try
        {
            return serializer.Read(arguments, type);
        }
        catch (Exception exception)
        {
            throw new InvalidPayloadException(InvalidPayloadException.InvalidArguments, $"The input cannot be read as '{CSharpName.Of(type)}': {exception.Message}", exception) { IsFinal = true };
        }
    }

    /// <summary>The arguments with every reference replaced by what it stands for, as its declared type says it.</summary>
    public JsonElement Resolve(InputBinding binding) => Resolve(binding, Read, revealed: null);

    /// <summary>
    /// The same, but of outputs everything that their actual types say: two objects that only look equal through their declared type
    /// are not equal work.
    /// </summary>
    public JsonElement ResolveExactly(InputBinding binding) => Resolve(binding, ReadExactly, revealed: null);

    private static string NoSecrets(string name) => throw new NotSupportedException($"The arguments name the secret '{Excerpt.Of(name)}', but this executor knows no secrets.");

    private static JsonElement Resolve(InputBinding binding, Func<OutputSource, JsonElement> read, Func<string, string>? revealed)
    {
        if (binding.Sources.Count == 0 && revealed is null)
        {
            return binding.Arguments;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            int next = 0;
            Write(writer, binding.Arguments, binding, read, revealed, ref next);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    /// <summary>Outputs are written as they are: only what the plan itself says names a secret.</summary>
    private static void Write(
        Utf8JsonWriter writer, JsonElement element, InputBinding binding, Func<OutputSource, JsonElement> read, Func<string, string>? revealed, ref int next)
    {
        if (revealed is not null && SecretRef.TryRead(element, out SecretRef secret))
        {
            writer.WriteStringValue(revealed(secret.Name));
            return;
        }

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
                    Write(writer, property.Value, binding, read, revealed, ref next);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Write(writer, item, binding, read, revealed, ref next);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    /// <summary>The list that a subtask works through.</summary>
    public JsonElement ReadList(OutputSource source)
    {
        JsonElement list = Read(source);
        return list.ValueKind == JsonValueKind.Array
            ? list
            : throw new InvalidOperationException($"'{graph.SubtaskAt(source.Subtask).Id}{source.Path}' is no list, but {list.ValueKind}.");
    }

    /// <summary>A part of an output, or <see langword="null"/> when the output has none such.</summary>
    public JsonElement? Find(OutputSource source) =>
        JsonPointer.TryResolve(Write(source.Subtask), source.Path, out JsonElement part) ? part : null;

    /// <summary>The output of a subtask as its declared type says it.</summary>
    public JsonElement Write(int subtask) => Write(outputOf(subtask), subtask);

    /// <summary>An output as it is remembered, apart from whatever it was made of.</summary>
    public JsonElement WriteOutput(int subtask, object? output) => output is JsonElement element ? element.Clone() : Write(output, subtask);

    /// <summary>An output as it was remembered.</summary>
    public object? ReadOutput(int subtask, JsonElement output)
    {
        if (graph.SubtaskAt(subtask).OnItemFailure.ListsErrors)
        {
            return ItemResultsJson.Read(output, graph.TaskTypes[subtask], serializer);
        }

        Type type = TypeOf(subtask);
        return type == typeof(None) ? None.Value
            : type == typeof(JsonElement) ? output.ValueKind == JsonValueKind.Undefined ? throw new InvalidOperationException("It is no JSON.") : output.Clone()
            : serializer.Read(output, type);
    }

    private static JsonElement Null { get; } = JsonElement.Parse("null");

    private JsonElement Write(object? output, int subtask) => output is IItemResult[] results
        ? ItemResultsJson.Write(results, graph.TaskTypes[subtask].OutputType, serializer)
        : Write(output, TypeOf(subtask));

    private JsonElement Write(object? output, Type type) => output switch
    {
        null => Null,
        JsonElement element => element,
        None => JsonElement.Parse("{}"),
        _ => serializer.Write(output, type),
    };

    /// <summary>The type of a subtask's output: of a for-each, a list.</summary>
    public Type TypeOf(int subtask) => graph.SubtaskAt(subtask) is not { IsForEach: true } each ? graph.TaskTypes[subtask].OutputType
        : each.OnItemFailure.ListsErrors ? graph.TaskTypes[subtask].Invoker.ResultListType
        : graph.TaskTypes[subtask].Invoker.OutputListType;

    private JsonElement Read(OutputSource source)
    {
        JsonElement output = WriteToRead(source.Subtask);
        if (output.ValueKind == JsonValueKind.Null && source.IsOptional)
        {
            return Null;
        }

        if (!JsonPointer.TryResolve(output, source.Path, out JsonElement part))
        {
            throw new InvalidOperationException($"The output of '{graph.SubtaskAt(source.Subtask).Id}' has no part '{source.Path}'.");
        }

        return part.ValueKind == JsonValueKind.Null && source.RefusesNull
            ? throw new InvalidPayloadException(
                InvalidPayloadException.InvalidArguments, $"The output of '{graph.SubtaskAt(source.Subtask).Id}{source.Path}' is null, but the input takes no null in its place.")
            { IsFinal = true }
            : part;
    }

    /// <summary>What the code of an output's type throws says nothing about where it was.</summary>
    private JsonElement WriteToRead(int subtask)
    {
        try
        {
            return Write(subtask);
        }
        catch (Exception exception)
        {
            throw new InvalidPayloadException(
                InvalidPayloadException.InvalidArguments, $"The output of '{graph.SubtaskAt(subtask).Id}' cannot be written as JSON: {exception.Message}", exception)
            { IsFinal = true };
        }
    }

    private JsonElement ReadExactly(OutputSource source)
    {
        if (outputOf(source.Subtask) is not { } output || output is None or JsonElement or IItemResult[])
        {
            return Read(source);
        }

        Type type = output.GetType();
        JsonElement exact = serializer.Write(output, type);
        if (!JsonPointer.TryResolve(exact, source.Path, out JsonElement part))
        {
            return Read(source);
        }

        return type == TypeOf(source.Subtask)
            ? part
            : JsonSerializer.SerializeToElement(
                new JsonObject { ["type"] = type.ToString(), ["value"] = JsonNode.Parse(part.GetRawText()) }, PlanJsonContext.Default.JsonNode);
    }
}
