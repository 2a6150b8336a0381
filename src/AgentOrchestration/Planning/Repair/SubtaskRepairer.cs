using System.Runtime.InteropServices;
using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Preview;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Planning.Repair;

/// <summary>Repairs how one subtask refers to others.</summary>
/// <param name="names">The subtasks that it knows.</param>
/// <param name="path">Its state.</param>
/// <param name="context">Receives what was repaired.</param>
internal sealed class SubtaskRepairer(SubtaskNames names, string path, RepairContext context)
{
    private const int LongestList = 1_000;

    private Subtask _subtask = null!;

    public Subtask Repair(Subtask subtask)
    {
        _subtask = subtask;
        Take(subtask, subtask with
        {
            DependsOn = MendIds(subtask.DependsOn, "dependsOn"),
            OptionalDependsOn = MendIds(subtask.OptionalDependsOn, "optionalDependsOn"),
        });
        if (_subtask.ForEach is { } list && MendReference(list, "/forEach", JsonPlace.Root) is { } mendedList)
        {
            _subtask = _subtask with { ForEach = mendedList };
        }

        if (_subtask.Condition is { } condition && MendReference(condition.Output, "/when/output", JsonPlace.Root) is { } mendedOutput)
        {
            _subtask = _subtask with { Condition = condition with { Output = mendedOutput } };
        }

        if (_subtask.Items is { ValueKind: JsonValueKind.Array } items && ArgumentsText.WhyUnreadable(items) is null)
        {
            JsonElement mendedItems = new ArgumentsRepairer(_subtask, path + "/forEach", names, context).Repair(items, schema: null);
            _subtask = JsonElementsAreOne(items, mendedItems) ? _subtask : _subtask with { Items = mendedItems };
        }

        MendArguments();
        AddMissingDependencies();
        return _subtask;
    }

    private void Take(Subtask before, Subtask after) =>
        _subtask = ReferenceEquals(before.DependsOn, after.DependsOn) && ReferenceEquals(before.OptionalDependsOn, after.OptionalDependsOn) ? before : after;

    private IReadOnlyList<string> MendIds(IReadOnlyList<string> ids, string property)
    {
        List<string> repaired = new(ids.Count);
        HashSet<string> seen = new(StringComparer.Ordinal);
        bool isMended = false;
        for (int i = 0; i < ids.Count; i++)
        {
            string place = $"/{property}/{i}";
            string[] meant = Meant(ids[i], place);
            isMended |= meant is not [{ } only] || only != ids[i];
            foreach (string id in meant)
            {
                if (seen.Add(id))
                {
                    repaired.Add(id);
                }
                else
                {
                    isMended = true;
                    Record(
                        PlanRepairCode.DuplicateDependency, place, $"It names the dependency '{Excerpt.Of(id)}' more than once.",
                        "It was left out here.", "A dependency holds once, however often it is named.");
                }
            }
        }

        return isMended ? repaired : ids;
    }

    /// <summary>The ids that are meant by one that is written: itself, where it is one or where it is unclear.</summary>
    private string[] Meant(string written, string place)
    {
        if (names.IsId(written))
        {
            return [written];
        }

        if (string.IsNullOrWhiteSpace(written))
        {
            Record(PlanRepairCode.DependencyForm, place, "A dependency is empty.", "It was left out.", "It names nothing.");
            return [];
        }

        if (names.Resolve(written) is { } named)
        {
            if (named == _subtask.Id)
            {
                return [written];
            }

            RecordName(place, written, named);
            return [named];
        }

        if (Template(written) is { } output && output.SubtaskId != _subtask.Id)
        {
            RecordTemplate(place, written, output.SubtaskId);
            return [output.SubtaskId];
        }

        string[] parts = written.Length > LongestList ? [] : written.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length > 1 && parts.All(part => names.IsId(part) && part != _subtask.Id))
        {
            Record(PlanRepairCode.DependencyForm, place, $"Several dependencies are in one text: '{Excerpt.Of(written)}'.", "Each was named by itself.", "No id has a comma in it, and each of them is an id.");
            return parts;
        }

        return [written];
    }

    /// <summary>The output that is meant by a reference in the style of another system, where only a reference can stand.</summary>
    private SubtaskOutput? Template(string written)
    {
        TemplateReference? reference = TemplateReference.TryParse(written)
            ?? (written.AsSpan().ContainsAny('.', '[') && written.Length <= LongestList ? new TemplateReference(TemplateStyle.Sure, written) : null);
        string? marker = null;
        return reference is { HasFilter: false } && reference.Resolve(names, out marker) is { } output && (marker is null || !context.HasPart(names, output.SubtaskId, marker)) ? output : null;
    }

    private SubtaskOutput? MendReference(SubtaskOutput output, string property, JsonPlace place)
    {
        if (names.IsId(output.SubtaskId))
        {
            return null;
        }

        if (names.Resolve(output) is not { } meant)
        {
            if (Template(output.Text) is not { } template || template.SubtaskId == _subtask.Id)
            {
                return null;
            }

            RecordTemplate($"{property}{place}", output.Text, template.Text);
            return template;
        }

        if (meant.SubtaskId == _subtask.Id)
        {
            return null;
        }

        string written = output.Text;
        RecordName($"{property}{place}", written[..(written.Length - meant.Path.Length)], meant.SubtaskId);
        return meant;
    }

    private void MendArguments()
    {
        if (_subtask.Arguments is not { ValueKind: not JsonValueKind.Undefined } given || ArgumentsText.WhyUnreadable(given) is not null)
        {
            return;
        }

        JsonElement arguments = new ArgumentsRepairer(_subtask, path + "/arguments", names, context).Repair(given, context.InputOf(_subtask));
        _subtask = JsonElementsAreOne(given, arguments) ? _subtask : _subtask with { Arguments = arguments };
        if (arguments.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return;
        }

        Dictionary<SubtaskOutput, SubtaskOutput>? meant = null;
        foreach ((SubtaskOutput output, JsonPlace place) in OutputReferences.In(arguments))
        {
            if (MendReference(output, "/arguments", place) is { } repaired)
            {
                (meant ??= [])[output] = repaired;
            }
        }

        if (meant is not null)
        {
            _subtask = _subtask with { Arguments = ArgumentsWriter.Replace(arguments, meant) };
        }
    }

    /// <summary>Decides whether two are the same part of the same document.</summary>
    private static bool JsonElementsAreOne(JsonElement one, JsonElement other) => JsonMarshal.GetRawUtf8Value(one) == JsonMarshal.GetRawUtf8Value(other);

    private void AddMissingDependencies()
    {
        HashSet<string> known = new(_subtask.DependsOn.Concat(_subtask.OptionalDependsOn), StringComparer.Ordinal);
        List<string> missing = [];
        foreach ((string id, string property, JsonPlace place) in SourcesOf(_subtask))
        {
            if (id != _subtask.Id && names.IndexOf(id) is not null && known.Add(id))
            {
                missing.Add(id);
                Record(
                    PlanRepairCode.MissingDependency, $"{property}{place}", $"It uses the output of '{Excerpt.Of(id)}', but does not name it as a dependency.",
                    $"'{Excerpt.Of(id)}' was added to its dependencies.", "An output can only be used when it is there.");
            }
        }

        if (missing.Count > 0)
        {
            _subtask = _subtask with { DependsOn = [.. _subtask.DependsOn, .. missing] };
        }
    }

    /// <summary>The subtasks whose output a subtask uses, with the place of each use.</summary>
    public static IEnumerable<(string Id, string Property, JsonPlace Place)> SourcesOf(Subtask subtask)
    {
        if (subtask.ForEach is { } list)
        {
            yield return (list.SubtaskId, "/forEach", JsonPlace.Root);
        }

        if (subtask.Items is { ValueKind: JsonValueKind.Array } items && ArgumentsText.WhyUnreadable(items) is null)
        {
            foreach ((SubtaskOutput output, JsonPlace place) in OutputReferences.In(items))
            {
                yield return (output.SubtaskId, "/forEach", place);
            }
        }

        if (subtask.Condition is { } condition)
        {
            yield return (condition.Output.SubtaskId, "/when/output", JsonPlace.Root);
        }

        if (Readable(subtask) is { } arguments)
        {
            foreach ((SubtaskOutput output, JsonPlace place) in OutputReferences.In(arguments))
            {
                yield return (output.SubtaskId, "/arguments", place);
            }
        }
    }

    private static JsonElement? Readable(Subtask subtask) =>
        subtask.Arguments is { ValueKind: JsonValueKind.Object or JsonValueKind.Array } arguments && ArgumentsText.WhyUnreadable(arguments) is null ? arguments : null;

    private void RecordName(string place, string written, string id)
    {
        bool isSpace = written.Trim() == id;
        Record(
            isSpace ? PlanRepairCode.SpaceAroundId : PlanRepairCode.NameForId, place,
            isSpace ? $"It refers to '{Excerpt.Of(written)}', which is not an id." : $"It refers to '{Excerpt.Of(written)}', which is the name of '{id}' and no id.",
            $"It now refers to '{id}'.",
            isSpace ? "Without the space it is that id, and no other subtask is called so." : "No other subtask has that id or that name.");
    }

    private void RecordTemplate(string place, string written, string meant) => Record(
        PlanRepairCode.TemplateReference, place, $"'{Excerpt.Of(written)}' is a reference in the style of another system.", $"It was written as '{Excerpt.Of(meant)}'.", "Only a subtask can be named there.");

    private void Record(PlanRepairCode code, string place, string found, string done, string reason) =>
        context.Repairs.Add(new PlanRepair(code, path + place, $"'{Excerpt.Of(_subtask.Id)}': {found}", done, reason) { SubtaskId = _subtask.Id });
}
