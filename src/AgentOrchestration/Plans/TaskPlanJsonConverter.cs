using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans;

/// <summary>Writes and reads a plan in the form that models use: see <see cref="PlanDocument"/>.</summary>
internal sealed class TaskPlanJsonConverter : JsonConverter<TaskPlan>
{
    public override TaskPlan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        PlanVersion.Check(reader);
        PlanDocument document = JsonSerializer.Deserialize(ref reader, PlanJsonContext.Default.PlanDocument)
            ?? throw new JsonException("A plan is an object, not null.");
        return document.ToPlan();
    }

    public override void Write(Utf8JsonWriter writer, TaskPlan value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, PlanDocument.From(value), PlanJsonContext.Default.PlanDocument);
}
