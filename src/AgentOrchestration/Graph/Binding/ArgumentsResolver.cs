using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Graph.Binding;

/// <summary>Puts outputs in the place of the references to them in the arguments of one subtask. References to secrets stay.</summary>
/// <param name="binding">The arguments, and what their references refer to.</param>
/// <param name="write">Writes the output of a subtask.</param>
/// <param name="partOf">The part of an output that a reference refers to.</param>
/// <param name="maxBytes">The most bytes that the result may have.</param>
internal sealed class ArgumentsResolver(
    InputBinding binding, Func<int, JsonElement> write, Func<BoundOutputs, OutputSource, JsonElement> partOf, long maxBytes)
{
    private readonly BoundOutputs _outputs = new(binding.Sources, write);
    private HashSet<long>? _secrets;
    private int _next;

    /// <summary>The type to name beside a part of an output; <see langword="null"/> for none.</summary>
    public Func<OutputSource, Type?>? TypeOf { get; init; }

    /// <exception cref="InvalidPayloadException">The result would be too large, or has a property twice.</exception>
    public JsonElement Resolve()
    {
        if (binding.Sources.Count == 0)
        {
            return binding.Arguments;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, binding.Arguments);
        }

        try
        {
            return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            throw Invalid($"The arguments with the outputs they refer to cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Whether a value within the result is a reference of the plan to a secret, and not data that looks like one.</summary>
    public bool IsSecret(JsonElement resolved, JsonElement value) =>
        _secrets is not null
        && JsonMarshal.GetRawUtf8Value(resolved).Overlaps(JsonMarshal.GetRawUtf8Value(value), out int offset)
        && _secrets.Contains(offset + JsonMarshal.GetRawUtf8Value(value).Length);

    private static InvalidPayloadException Invalid(string message, Exception? exception = null) =>
        new(InvalidPayloadException.InvalidArguments, message, exception) { IsFinal = true };

    private static long LengthOf(Utf8JsonWriter writer) => writer.BytesCommitted + writer.BytesPending;

    private void Write(Utf8JsonWriter writer, JsonElement element)
    {
        if (SubtaskOutput.TryRead(element, out _))
        {
            WriteOutput(writer, binding.Sources[_next++]);
            return;
        }

        if (binding.HasSecrets && SecretRef.TryRead(element, out _))
        {
            RememberSecret(writer, element);
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private void WriteOutput(Utf8JsonWriter writer, OutputSource source)
    {
        JsonElement part = partOf(_outputs, source);
        ThrowIfTooLong(LengthOf(writer) + JsonMarshal.GetRawUtf8Value(part).Length);
        if (TypeOf?.Invoke(source) is { } type)
        {
            writer.WriteStartObject();
            writer.WriteString("type", type.ToString());
            writer.WritePropertyName("value");
            part.WriteTo(writer);
            writer.WriteEndObject();
        }
        else
        {
            part.WriteTo(writer);
        }

        ThrowIfTooLong(LengthOf(writer));
    }

    private void ThrowIfTooLong(long bytes)
    {
        if (bytes > maxBytes)
        {
            throw Invalid(
                $"The arguments with the outputs they refer to are longer than {maxBytes} bytes. Refer to smaller parts of outputs or less often, or raise {nameof(AgentOrchestrationOptions.MaxInputBytes)}.");
        }
    }

    /// <summary>Where it ends is known; a comma may come before it.</summary>
    private void RememberSecret(Utf8JsonWriter writer, JsonElement secret)
    {
        secret.WriteTo(writer);
        (_secrets ??= []).Add(LengthOf(writer));
    }
}
