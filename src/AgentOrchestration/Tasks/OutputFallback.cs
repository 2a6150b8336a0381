using System.Text.Json;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Tasks;

/// <summary>The value that takes the place of an output, as JSON that has been checked. Immutable.</summary>
/// <param name="json">The value.</param>
/// <param name="type">The type of the output.</param>
/// <param name="serializer">Reads it.</param>
internal sealed class OutputFallback(JsonElement json, Type type, PayloadSerializer serializer)
{
    public JsonElement Json { get; } = json;

    /// <summary>Reads the value: an object that nobody else has.</summary>
    public object? Read() => type == typeof(None) ? None.Value : type == typeof(JsonElement) ? Json : serializer.Read(Json, type);
}
