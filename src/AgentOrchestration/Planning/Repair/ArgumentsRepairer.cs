using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Planning.Repair;

/// <summary>
/// Repairs values in the arguments of one subtask: references that are written in the style of another system, and values that are written
/// as a text, or as a number with a fraction, where the schema of the input leaves them one meaning.
/// </summary>
/// <param name="subtask">The subtask.</param>
/// <param name="path">Where the arguments stand.</param>
/// <param name="names">The subtasks that it may refer to.</param>
/// <param name="surroundings">What is known about its plan.</param>
internal sealed class ArgumentsRepairer(Subtask subtask, string path, SubtaskNames names, RepairContext surroundings)
{
    private const string ItemName = "item";

    private bool _isMended;

    /// <summary>Repairs the arguments.</summary>
    /// <param name="arguments">The arguments, or a list that is given.</param>
    /// <param name="schema">What is expected there, where that is known.</param>
    /// <returns>The arguments, the same where nothing had to be repaired.</returns>
    public JsonElement Repair(JsonElement arguments, JsonSchemaNode? schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, arguments, schema, JsonPlace.Root, isDecoded: false);
        }

        return _isMended ? JsonElement.Parse(buffer.WrittenSpan) : arguments;
    }

    /// <summary>Recursion ends: arguments that are nested too deep are never repaired.</summary>
    private void Write(Utf8JsonWriter writer, JsonElement element, JsonSchemaNode? schema, JsonPlace place, bool isDecoded)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                WriteText(writer, element, schema, place, isDecoded);
                break;
            case JsonValueKind.Number when schema is { } expected && ArgumentKinds.IsInteger(expected) && !WholeNumbers.IsPlain(element.GetRawText().TrimStart('-')) && WholeNumbers.Read(element.GetRawText()) is { } number:
                Repair(PlanRepairCode.Number, place, $"{element.GetRawText()} was found where a whole number is expected.", $"It was written as {number.ToString(CultureInfo.InvariantCulture)}.", "It is the same number.");
                writer.WriteNumberValue(number);
                break;
            case JsonValueKind.Object when !SubtaskOutput.TryRead(element, out _):
                WriteObject(writer, element, schema, place, isDecoded);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                JsonSchemaNode? items = schema is { } list ? ArgumentKinds.Only(list, "array")?.Items() : null;
                foreach ((int index, JsonElement item) in element.EnumerateArray().Index())
                {
                    Write(writer, item, items, place.At(index), isDecoded);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private void WriteObject(Utf8JsonWriter writer, JsonElement element, JsonSchemaNode? schema, JsonPlace place, bool isDecoded)
    {
        JsonSchemaNode? properties = schema is { } expected ? ArgumentKinds.Only(expected, "object") : null;
        bool isNumbered = element.GetPropertyCount() == 1 && element.TryGetProperty(SubtaskOutput.PropertyName, out JsonElement id) && id.ValueKind == JsonValueKind.Number && WholeNumbers.IsPlain(id.GetRawText());
        writer.WriteStartObject();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            if (isNumbered)
            {
                Repair(PlanRepairCode.NumberForId, place, "A subtask is named by a number.", "It was read as the text of its digits.", "An id is a text, and a whole number has one.");
                writer.WriteStringValue(property.Value.GetRawText());
            }
            else
            {
                Write(writer, property.Value, properties?.Property(property.Name), place.At(property.Name), isDecoded);
            }
        }

        writer.WriteEndObject();
    }

    private void WriteText(Utf8JsonWriter writer, JsonElement element, JsonSchemaNode? schema, JsonPlace place, bool isDecoded)
    {
        string text = element.GetString()!;
        if (surroundings.IsLiteral)
        {
            element.WriteTo(writer);
            return;
        }

        if (TemplateReference.TryParse(text) is { } reference && (TryWriteItem(writer, text, reference, place) || TryWriteOutput(writer, text, reference, place)))
        {
            return;
        }

        if (!isDecoded && schema is { } expected && ArgumentKinds.Decode(expected, text) is { } decoded)
        {
            Repair(PlanRepairCode.EncodedText, place, "It is written as a text that holds JSON.", "It was decoded once.", "No text is allowed there.");
            Write(writer, decoded, schema, place, isDecoded: true);
            return;
        }

        element.WriteTo(writer);
    }

    private bool TryWriteOutput(Utf8JsonWriter writer, string text, TemplateReference reference, JsonPlace place)
    {
        SubtaskOutput? meant = reference.Resolve(names, out string? marker) ?? AtPosition(reference);
        if (meant is not { } output)
        {
            return false;
        }

        bool isDeclared = subtask.DependsOn.Contains(output.SubtaskId, StringComparer.Ordinal) || subtask.OptionalDependsOn.Contains(output.SubtaskId, StringComparer.Ordinal);
        if (reference.Style == TemplateStyle.Possible && !isDeclared)
        {
            return false;
        }

        bool isUnclear = reference.HasFilter || (marker is not null && surroundings.HasPart(names, output.SubtaskId, marker));
        if (isUnclear || (reference.Style == TemplateStyle.Likely && !isDeclared))
        {
            surroundings.Refuse(new PlanDiagnostic(
                PlanDiagnosticCode.InvalidArguments, $"{path}{place}",
                $"'{Excerpt.Of(subtask.Id)}': '{Excerpt.Of(text)}' may refer to the output of '{output.SubtaskId}', but would be passed on as this text.",
                $"Write {{\"$output\": \"{Excerpt.Of(output.Text)}\"}} in its place and name '{output.SubtaskId}' in dependsOn, or write another text.")
            { SubtaskId = subtask.Id });
            return false;
        }

        Repair(
            PlanRepairCode.TemplateReference, place, $"'{Excerpt.Of(text)}' is a reference in the style of another system.", $"It was written as {{\"$output\": \"{Excerpt.Of(output.Text)}\"}}.",
            $"As a whole it names the subtask '{output.SubtaskId}'.");
        writer.WriteStartObject();
        writer.WriteString(SubtaskOutput.PropertyName, output.Text);
        writer.WriteEndObject();
        return true;
    }

    /// <summary>The step that <c>#E2</c> counts to, where no subtask is called so.</summary>
    private SubtaskOutput? AtPosition(TemplateReference reference) =>
        reference.Position is { } position && names.IdAt(position - 1) is { } id ? new SubtaskOutput(id, "") : null;

    private bool TryWriteItem(Utf8JsonWriter writer, string text, TemplateReference reference, JsonPlace place)
    {
        string[] steps = reference.Inner.Split('.');
        if (!subtask.IsForEach || reference.HasFilter || steps[0] != ItemName || names.Resolve(ItemName) is not null)
        {
            return false;
        }

        string pointer = string.Concat(steps[1..].Select(step => "/" + JsonPointer.Escape(step)));
        Repair(
            PlanRepairCode.TemplateReference, place, $"'{Excerpt.Of(text)}' is a reference in the style of another system.", $"It was written as {{\"$item\": \"{Excerpt.Of(pointer)}\"}}.",
            "As a whole it names the item of the list that the subtask works through.");
        new ItemReference(pointer).ToJsonNode().WriteTo(writer);
        return true;
    }

    private void Repair(PlanRepairCode code, JsonPlace place, string found, string done, string reason)
    {
        _isMended = true;
        surroundings.Repairs.Add(new PlanRepair(code, $"{path}{place}", $"'{Excerpt.Of(subtask.Id)}': {found}", done, reason) { SubtaskId = subtask.Id });
    }
}
