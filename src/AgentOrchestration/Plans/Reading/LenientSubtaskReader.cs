using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>
/// Reads a subtask that the serializer has refused, property by property. What has one meaning is read as that and recorded; of the rest the
/// serializer names the first mistake, this names each, and keeps what can be understood, so that the rest of the plan can be checked.
/// </summary>
internal sealed class LenientSubtaskReader(AnswerNotes notes)
{
    private const int MaxTold = 20;
    private const string Id = "id";
    private const string Type = "type";

    private static readonly JsonElement Null = JsonElement.Parse("null");

    private static readonly Dictionary<string, Func<JsonElement, string?>> Subtask = new(StringComparer.Ordinal)
    {
        [Id] = element => Kind(element, JsonValueKind.String, "a text", mayBeNull: false),
        [Type] = element => Kind(element, JsonValueKind.String, "a text", mayBeNull: false),
        ["name"] = Text,
        ["description"] = Text,
        ["dependsOn"] = Ids,
        ["optionalDependsOn"] = Ids,
        ["arguments"] = static _ => null,
        ["when"] = static element => Fits(element, PlanJsonContext.Default.ConditionDocument),
        ["forEach"] = static element => element.ValueKind == JsonValueKind.Array ? null : Kind(element, JsonValueKind.String, "a text or an array"),
        ["onItemFailure"] = static element => ItemFailureJson.Read(element) is null ? $"{Describe(element)} was found where {ItemFailureJson.Expected} is expected." : null,
        ["waitsForAdded"] = static element =>
            element.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null ? null : $"{Describe(element)} was found where true or false is expected.",
        ["plan"] = static element => Kind(element, JsonValueKind.Object, "an object"),
        ["policy"] = static element => Fits(element, PlanJsonContext.Default.PolicyDocument),
        [PropertyNames.EstimatedMinutes] = static element => Kind(element, JsonValueKind.Number, "a number"),
        ["resources"] = static element => Fits(element, PlanJsonContext.Default.ResourceRequirements),
    };

    private static readonly Dictionary<string, Func<JsonElement, string?>> Plan = new(StringComparer.Ordinal)
    {
        ["goal"] = Text,
        [PropertyNames.Subtasks] = static element => Kind(element, JsonValueKind.Array, "an array", mayBeNull: false),
    };

    private SubtaskForms _forms = null!;

    public SubtaskDocument Read(ReadOnlySpan<byte> json, string path, string? key)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return ReadSubtask(document.RootElement, path, key);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair in a name.
            notes.Diagnostics.Add(AnswerDiagnostic.Malformed(path, "it holds text that is not valid Unicode."));
            return new SubtaskDocument { Id = "", Type = "" };
        }
    }

    private SubtaskDocument ReadSubtask(JsonElement element, string path, string? key)
    {
        _forms = new SubtaskForms(notes, path, element, key);
        Dictionary<string, JsonElement> good = Sift(element, path, Subtask, "subtask");
        string? id = Get(good, Id, PlanJsonContext.Default.String);
        foreach (string name in (ReadOnlySpan<string>)[Id, Type])
        {
            if (!good.ContainsKey(name) && !element.TryGetProperty(name, out _) && !(name == Id && key is not null))
            {
                notes.Diagnostics.Add(AnswerDiagnostic.Malformed($"{path}/{name}", $"the subtask has no \"{name}\"."));
            }
        }

        if (id is not null && key is not null && id != key)
        {
            notes.Diagnostics.Add(AnswerDiagnostic.Malformed($"{path}/{Id}", $"the subtask '{Excerpt.Of(key)}' has another id, '{Excerpt.Of(id)}'."));
        }

        return new SubtaskDocument
        {
            Id = id ?? key ?? "",
            Type = Get(good, Type, PlanJsonContext.Default.String) ?? "",
            Name = Get(good, "name", PlanJsonContext.Default.String),
            Description = Get(good, "description", PlanJsonContext.Default.String),
            DependsOn = Get(good, "dependsOn", PlanJsonContext.Default.IReadOnlyListString),
            OptionalDependsOn = Get(good, "optionalDependsOn", PlanJsonContext.Default.IReadOnlyListString),
            Arguments = good.TryGetValue("arguments", out JsonElement arguments) ? arguments.Clone() : null,
            When = Get(good, "when", PlanJsonContext.Default.ConditionDocument),
            ForEach = good.TryGetValue("forEach", out JsonElement list) ? list.Clone() : null,
            OnItemFailure = good.TryGetValue("onItemFailure", out JsonElement onItemFailure) ? onItemFailure.Clone() : null,
            WaitsForAdded = good.TryGetValue("waitsForAdded", out JsonElement waits) && waits.ValueKind != JsonValueKind.Null ? waits.GetBoolean() : null,
            Plan = good.TryGetValue("plan", out JsonElement plan) && plan.ValueKind == JsonValueKind.Object ? ReadPlan(plan, $"{path}/plan") : null,
            Policy = Get(good, "policy", PlanJsonContext.Default.PolicyDocument),
            EstimatedMinutes = good.TryGetValue(PropertyNames.EstimatedMinutes, out JsonElement minutes) && minutes.ValueKind == JsonValueKind.Number ? minutes.GetDouble() : null,
            Resources = Get(good, "resources", PlanJsonContext.Default.ResourceRequirements),
        };
    }

    private PlanDocument ReadPlan(JsonElement element, string path)
    {
        _forms = new SubtaskForms(notes, path, element, key: null);
        Dictionary<string, JsonElement> good = Sift(element, path, Plan, "plan");
        if (!good.ContainsKey(PropertyNames.Subtasks) && !element.TryGetProperty(PropertyNames.Subtasks, out _))
        {
            notes.Diagnostics.Add(AnswerDiagnostic.Malformed($"{path}/subtasks", "the plan has no \"subtasks\"."));
        }

        List<SubtaskDocument?> subtasks = [];
        foreach ((int index, JsonElement subtask) in (good.TryGetValue(PropertyNames.Subtasks, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default).Index())
        {
            string place = $"{path}/subtasks/{index}";
            if (subtask.ValueKind == JsonValueKind.Object)
            {
                subtasks.Add(ReadSubtask(subtask, place, key: null));
            }
            else
            {
                notes.Diagnostics.Add(AnswerDiagnostic.Malformed(place, $"a subtask is an object, not {Describe(subtask)}."));
                subtasks.Add(new SubtaskDocument { Id = "", Type = "" });
            }
        }

        return new PlanDocument { Goal = Get(good, "goal", PlanJsonContext.Default.String), Subtasks = subtasks };
    }

    /// <summary>The properties that are known, stand once, and have a value of the right kind; what is wrong with the others is reported.</summary>
    private Dictionary<string, JsonElement> Sift(JsonElement element, string path, Dictionary<string, Func<JsonElement, string?>> known, string what)
    {
        Dictionary<string, JsonElement> good = new(StringComparer.Ordinal);
        HashSet<string> seen = new(StringComparer.Ordinal);
        int told = 0;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (_forms.NameOf(property, known) is not { } name)
            {
                continue;
            }

            JsonElement value = known.ContainsKey(name) ? _forms.ValueOf(name, property.Value) : property.Value;
            string? mistake = !known.TryGetValue(name, out Func<JsonElement, string?>? check)
                ? $"a {what} has no property \"{Excerpt.Of(name)}\"."
                : check(value);
            mistake = seen.Add(name) ? mistake : $"the property \"{Excerpt.Of(name)}\" occurs twice.";
            if (mistake is null)
            {
                good.Add(name, value);
            }
            else
            {
                good.Remove(name);
                if (++told <= MaxTold)
                {
                    notes.Diagnostics.Add(AnswerDiagnostic.Malformed($"{path}/{JsonPointer.Escape(Excerpt.Of(property.Name))}", mistake));
                }
            }

            if (mistake is not null && known.ContainsKey(name))
            {
                // What is malformed is not missing as well.
                good.TryAdd(name, Null);
            }
        }

        return good;
    }

    private static T? Get<T>(Dictionary<string, JsonElement> good, string name, JsonTypeInfo<T> type) =>
        good.TryGetValue(name, out JsonElement element) && element.ValueKind != JsonValueKind.Null ? element.Deserialize(type) : default;

    private static string? Text(JsonElement element) => Kind(element, JsonValueKind.String, "a text");

    private static string? Ids(JsonElement element) =>
        Kind(element, JsonValueKind.Array, "an array") ?? (element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().Select(id => Kind(id, JsonValueKind.String, "an id")).FirstOrDefault(mistake => mistake is not null) : null);

    private static string? Kind(JsonElement element, JsonValueKind kind, string expected, bool mayBeNull = true)
    {
        if (element.ValueKind == JsonValueKind.String && kind == JsonValueKind.String)
        {
            try
            {
                _ = element.GetString();
            }
            catch (InvalidOperationException)
            {
                return "it holds text that is not valid Unicode.";
            }
        }

        return element.ValueKind == kind || (mayBeNull && element.ValueKind == JsonValueKind.Null) ? null : $"{Describe(element)} was found where {expected} is expected.";
    }

    private static string? Fits<T>(JsonElement element, JsonTypeInfo<T> type)
    {
        try
        {
            _ = element.Deserialize(type);
            return null;
        }
        catch (JsonException exception)
        {
            return exception.Message;
        }
    }

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
