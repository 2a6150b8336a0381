using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans.Json;

/// <summary>Writes and reads a subtask in the form that it has in the JSON of a plan, whatever the options of the serializer.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SubtaskJsonConverter : JsonConverter<Subtask>
{
    /// <inheritdoc/>
    public override Subtask Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        SubtaskDocument document = JsonSerializer.Deserialize(ref reader, PlanJsonContext.Default.SubtaskDocument)
            ?? throw new JsonException("A subtask is an object, not null.");
        List<PlanDiagnostic> diagnostics = [];
        Subtask subtask = document.ToSubtask(path: "", diagnostics);
        return diagnostics.Count == 0 ? subtask : throw new JsonException(diagnostics[0].ToString());
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Subtask value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        JsonSerializer.Serialize(writer, SubtaskDocument.From(value), PlanJsonContext.Default.SubtaskDocument);
    }
}
