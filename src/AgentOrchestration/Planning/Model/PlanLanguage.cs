using System.Text.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Model;

/// <summary>The parts of a plan that a model is taught because the registered task types give them a use. A shorter prompt is followed better.</summary>
/// <param name="HasLists">An output has a list that a subtask can be repeated for.</param>
/// <param name="HasConditions">An output has a value that can decide whether a subtask runs.</param>
/// <param name="HasEffects">A task type declares that it changes something outside.</param>
internal sealed record PlanLanguage(bool HasLists, bool HasConditions, bool HasEffects)
{
    private static readonly string[] Decidable = ["boolean", "integer", "number"];

    public static PlanLanguage Of(ITaskTypeRegistry taskTypes)
    {
        bool lists = false;
        bool conditions = false;
        foreach (TaskDescriptor taskType in taskTypes.TaskTypes)
        {
            Look(taskTypes.GetOutputSchema(taskType), ref lists, ref conditions);
        }

        return new PlanLanguage(lists, conditions, taskTypes.TaskTypes.Any(taskType => PlanRules.EffectOf(taskType) is not null));
    }

    private static void Look(JsonElement schema, ref bool lists, ref bool conditions)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (JsonElement item in schema.EnumerateArray())
                {
                    Look(item, ref lists, ref conditions);
                }

                break;
            case JsonValueKind.Object:
                lists |= HasType(schema, "array");
                conditions |= schema.TryGetProperty("enum", out _) || Decidable.Any(type => HasType(schema, type));
                foreach (JsonProperty property in schema.EnumerateObject())
                {
                    Look(property.Value, ref lists, ref conditions);
                }

                break;
        }
    }

    private static bool HasType(JsonElement schema, string name) => schema.TryGetProperty("type", out JsonElement type) && type.ValueKind switch
    {
        JsonValueKind.String => type.ValueEquals(name),
        JsonValueKind.Array => type.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(name)),
        _ => false,
    };
}
