using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans.Json;

/// <summary>Writes and reads a plan in its one form, whatever the options of the serializer.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class TaskPlanJsonConverter : JsonConverter<TaskPlan>
{
    /// <inheritdoc/>
    public override TaskPlan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Utf8JsonReader before = reader;
        try
        {
            PlanDocument document = JsonSerializer.Deserialize(ref reader, PlanJsonContext.Default.PlanDocument)
                ?? throw new JsonException("A plan is an object, not null.");
            return document.ToPlan();
        }
        catch (JsonException)
        {
            // What another version wrote may read as a mistake.
            PlanVersion.Check(before);
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TaskPlan value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        JsonSerializer.Serialize(writer, PlanDocument.From(value), PlanJsonContext.Default.PlanDocument);
    }
}
