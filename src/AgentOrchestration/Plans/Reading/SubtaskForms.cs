using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>The other forms in which models write what appears in a subtask, each read as the one that it means.</summary>
internal sealed class SubtaskForms
{
    private static readonly string[] ReferenceNames = ["id", "$output", "subtask", "subtaskId", "task", "taskId", "step", "stepId", "ref", "$ref", "name"];

    private readonly AnswerNotes _notes;
    private readonly string _path;
    private readonly string? _id;

    /// <param name="notes">Receives the repairs.</param>
    /// <param name="path">Where the object stands.</param>
    /// <param name="element">The object.</param>
    /// <param name="key">The id that it is listed under, or <see langword="null"/>.</param>
    public SubtaskForms(AnswerNotes notes, string path, JsonElement element, string? key)
    {
        (_notes, _path) = (notes, path);
        _id = key ?? (element.TryGetProperty("id", out JsonElement id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number ? id.ToString() : null);
    }

    /// <summary>Gets the property that is meant by a name.</summary>
    /// <param name="property">The property as it is written.</param>
    /// <param name="known">The properties that there are.</param>
    /// <returns>Its name; <see langword="null"/> when it is left out.</returns>
    public string? NameOf(JsonProperty property, Dictionary<string, Func<JsonElement, string?>> known)
    {
        string name = property.Name;
        if (_notes.IsStrict || known.ContainsKey(name))
        {
            return name;
        }

        bool isList = property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object && PropertyNames.IsList(name, property.Value.ValueKind == JsonValueKind.Object);
        foreach (string other in known.Keys)
        {
            if (PropertyNames.IsSpelling(name, other) || (isList && other == PropertyNames.Subtasks))
            {
                Record(PlanRepairCode.PropertyName, name, $"The property \"{other}\" is called \"{Excerpt.Of(name)}\".", $"It was read as \"{other}\".", "It is the same name in another style, and no other property.");
                return other;
            }
        }

        bool isEmpty = IsEmpty(property.Value);
        if (isEmpty || PropertyNames.IsRemark(name))
        {
            Record(
                PlanRepairCode.ExtraProperty, name, $"There is no property \"{Excerpt.Of(name)}\".", "It was left out.",
                isEmpty ? "It is empty." : "It is a remark, which changes nothing in what is done.");
            return null;
        }

        return name;
    }

    /// <summary>Gets the value that is meant in the place of a property.</summary>
    public JsonElement ValueOf(string name, JsonElement value) => _notes.IsStrict ? value : name switch
    {
        "id" when WholeNumber(value) is { } id => Number(name, id),
        "dependsOn" or "optionalDependsOn" => Dependencies(name, value),
        PropertyNames.EstimatedMinutes when value.ValueKind is not (JsonValueKind.Number or JsonValueKind.Null) => EstimateOf(name, value),
        "resources" => Resources(name, value),
        "plan" => NestedPlan(name, value),
        PropertyNames.Subtasks => Subtasks(name, value),
        "policy" or "when" when IsEmpty(value) => Element(null),

        // An empty list is a list.
        "forEach" when value.ValueKind == JsonValueKind.String && IsEmpty(value) => Element(null),
        _ => value,
    };

    private JsonElement Number(string name, string id)
    {
        Record(PlanRepairCode.NumberForId, name, $"The id is the number {id}.", $"It was read as \"{id}\".", "An id is a text, and a whole number has one.");
        return Element(JsonValue.Create(id));
    }

    private JsonElement Dependencies(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)))
        {
            return value;
        }

        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : IsEmpty(value) ? [] : [value];
        List<string> ids = [];
        bool hasNumber = false;
        foreach (JsonElement item in items.Where(item => !IsEmpty(item)))
        {
            JsonElement named = Named(item);
            string? number = WholeNumber(named);
            if (number is null && named.ValueKind != JsonValueKind.String)
            {
                return value;
            }

            hasNumber |= number is not null;
            string id = number ?? named.GetString()!;
            ids.Add(item.ValueKind == JsonValueKind.Object ? SubtaskOutput.Parse(id).SubtaskId : id);
        }

        if (hasNumber)
        {
            Record(PlanRepairCode.NumberForId, name, "A dependency is named by a number.", "It was read as the text of its digits.", "An id is a text, and a whole number has one.");
        }

        if (!hasNumber || value.ValueKind != JsonValueKind.Array || ids.Count < items.Length || items.Any(item => item.ValueKind == JsonValueKind.Object))
        {
            Record(
                PlanRepairCode.DependencyForm, name, "The dependencies are not an array of ids.", ids.Count == 0 ? "They were read as none." : $"They were read as {string.Join(", ", ids.Take(5).Select(id => $"'{Excerpt.Of(id)}'"))}.",
                "Each is named once and by nothing else.");
        }

        return Element(new JsonArray([.. ids.Select(id => (JsonNode)id)]));
    }

    /// <summary>The name in an object that has nothing but a name.</summary>
    private static JsonElement Named(JsonElement item)
    {
        if (item.ValueKind == JsonValueKind.Object && item.GetPropertyCount() == 1)
        {
            JsonProperty only = item.EnumerateObject().First();
            return Array.Exists(ReferenceNames, name => PropertyNames.IsSpelling(only.Name, name)) ? only.Value : item;
        }

        return item;
    }

    private JsonElement EstimateOf(string name, JsonElement value)
    {
        double? minutes = Estimate.Read(value);
        string found = $"The estimate is {Excerpt.Of(value.GetRawText())}.";
        string done = minutes is { } read ? $"It was read as {read.ToString(CultureInfo.InvariantCulture)} minutes." : "It was left out.";
        Record(PlanRepairCode.Estimate, name, found, done, "It is only an estimate.");
        return Element(minutes is { } number ? JsonValue.Create(number) : null);
    }

    private JsonElement Resources(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            if (!IsEmpty(value) || value.ValueKind == JsonValueKind.Null)
            {
                return value;
            }

            Record(PlanRepairCode.Number, name, $"The resources are {value.GetRawText()}.", "They were read as none.", "There is nothing in it.");
            return Element(null);
        }

        var amounts = new JsonObject();
        bool isRepaired = false;
        foreach (JsonProperty amount in value.EnumerateObject())
        {
            string? written = amount.Value.ValueKind switch
            {
                JsonValueKind.Number => amount.Value.GetRawText(),
                JsonValueKind.String => amount.Value.GetString()!.Trim(),
                _ => null,
            };
            long? whole = written is null ? null : WholeNumbers.Read(written);
            if (amounts.ContainsKey(amount.Name) || (whole is null && amount.Value.ValueKind != JsonValueKind.Null))
            {
                return value;
            }

            isRepaired |= whole is { } number && amount.Value.GetRawText() != number.ToString(CultureInfo.InvariantCulture);
            amounts[amount.Name] = whole;
        }

        if (!isRepaired)
        {
            return value;
        }

        Record(PlanRepairCode.Number, name, $"The resources are {Excerpt.Of(value.GetRawText())}.", "Their amounts were written as whole numbers.", "They are whole numbers, written in another way.");
        return Element(amounts);
    }

    private JsonElement NestedPlan(string name, JsonElement value)
    {
        JsonElement decoded = Decoded(name, value, '{', '[');
        if (decoded.ValueKind == JsonValueKind.Array)
        {
            Record(PlanRepairCode.BareArray, name, "The list of subtasks has no object around it.", "It was read as \"subtasks\" of a plan.", "It is the only list.");
            return Element(new JsonObject { [PropertyNames.Subtasks] = JsonNode.Parse(decoded.GetRawText()) });
        }

        return decoded;
    }

    private JsonElement Subtasks(string name, JsonElement value)
    {
        JsonElement decoded = Decoded(name, value, '[');
        if (decoded.ValueKind != JsonValueKind.Object || decoded.GetPropertyCount() == 0 || decoded.EnumerateObject().Any(item => item.Value.ValueKind != JsonValueKind.Object || HasOtherId(item)))
        {
            return decoded;
        }

        Record(PlanRepairCode.KeyedObject, name, "The subtasks are an object with their ids as names.", "It was read as a list.", "A name is the id of its subtask; their order decides nothing.");
        var list = new JsonArray();
        foreach (JsonProperty item in decoded.EnumerateObject())
        {
            JsonObject subtask = JsonNode.Parse(item.Value.GetRawText())!.AsObject();
            subtask["id"] = item.Name;
            list.Add((JsonNode)subtask);
        }

        return Element(list);
    }

    private static bool HasOtherId(JsonProperty item) => item.Value.TryGetProperty("id", out JsonElement id) && id.ToString() != item.Name;

    /// <summary>A text in the place of an object or a list is decoded once.</summary>
    private JsonElement Decoded(string name, JsonElement value, params ReadOnlySpan<char> starts)
    {
        if (value.ValueKind != JsonValueKind.String || EncodedJson.Read(value.GetString()!) is not { } decoded || !starts.Contains(decoded.GetRawText()[0]))
        {
            return value;
        }

        Record(PlanRepairCode.EncodedText, name, "It is written as a text that holds JSON.", "It was decoded once.", "No text is allowed there.");
        return decoded;
    }

    private static string? WholeNumber(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && WholeNumbers.IsPlain(element.GetRawText()) ? element.GetRawText() : null;

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.String => string.IsNullOrWhiteSpace(value.GetString()),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    private static JsonElement Element(JsonNode? node) => JsonSerializer.SerializeToElement(node, PlanJsonContext.Default.JsonNode);

    private void Record(PlanRepairCode code, string name, string found, string done, string reason) =>
        _notes.Repair(code, $"{_path}/{JsonPointer.Escape(Excerpt.Of(name))}", _id is null ? found : $"'{Excerpt.Of(_id)}': {found}", done, reason, _id);
}
