using System.Text.Json;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Preview;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Checks arguments against the schemas of their task types, and finds what their references stand for.</summary>
internal sealed class InputCheck(
    TaskPlan plan,
    PlanReport report,
    ITaskTypeRegistry taskTypes,
    PayloadSerializer serializer,
    TaskDescriptor?[] types,
    int[][] dependencies,
    DependencyCheck dependencyCheck,
    GrowthScope surroundings,
    PatternMatcher patterns,
    int maxReferences)
{
    /// <summary>Longer than the ids of what is added a few levels deep; a longer path is no id that somebody wrote.</summary>
    private const int LongestSlashedId = 500;

    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    private readonly Dictionary<int, OutputShape?> _shapes = [];
    private readonly HashSet<string> _placesWithoutNull = new(StringComparer.Ordinal);
    private HashSet<int> _dependencies = [];
    private int _dependenciesOf = -1;

    private int MaxDepth => serializer.Options.MaxDepth > 0 ? serializer.Options.MaxDepth : ArgumentsText.DefaultMaxDepth;

    /// <returns>Of each subtask how its input is made, or <see langword="null"/> for no input.</returns>
    public InputBinding?[] Run()
    {
        var bindings = new InputBinding?[plan.Subtasks.Count];
        for (int i = 0; i < bindings.Length; i++)
        {
            bindings[i] = Check(i);
        }

        return bindings;
    }

    private InputBinding? Check(int subtask)
    {
        Subtask checkedSubtask = plan.Subtasks[subtask];
        _placesWithoutNull.Clear();
        CheckForEach(subtask, checkedSubtask);
        OutputSource? list = checkedSubtask.ForEach is { } reference ? CheckList(subtask, reference) : null;
        InputBinding? items = checkedSubtask.Items is { } given ? CheckItems(subtask, given) : null;
        OutputSource? condition = checkedSubtask.Condition is { } when ? CheckCondition(subtask, when) : null;
        InputBinding? binding = CheckArguments(subtask, checkedSubtask, checkedSubtask.Plan is null ? types[subtask] : null);
        return list is null && items is null && condition is null
            ? binding
            : (binding ?? new InputBinding(checkedSubtask.Arguments ?? EmptyObject, [])) with { List = list, Items = items, Condition = condition };
    }

    /// <param name="subtask">The subtask's index.</param>
    /// <param name="checkedSubtask">The subtask.</param>
    /// <param name="type">Its task type; where there is none, what its arguments refer to is checked all the same, so that everything is reported at once.</param>
    private InputBinding? CheckArguments(int subtask, Subtask checkedSubtask, TaskDescriptor? type)
    {
        JsonElement arguments = checkedSubtask.Arguments is { ValueKind: not JsonValueKind.Undefined } given ? given : EmptyObject;
        if (ArgumentsText.WhyUnreadable(arguments, MaxDepth) is { } reason)
        {
            report.Add(PlanDiagnosticCode.InvalidArguments, subtask, "/arguments", reason, "Write whole characters, and nest less.");
            return null;
        }

        bool isTemplate = checkedSubtask.IsForEach;
        if (isTemplate && checkedSubtask.Arguments is null)
        {
            // Each item is an input; it is checked when it is there.
            if (type is not null && checkedSubtask.Items is { ValueKind: JsonValueKind.Array } items)
            {
                CheckGivenInputs(subtask, type, items);
            }

            return null;
        }

        if (type is null)
        {
            FindSources(subtask, arguments, "/arguments", out _);
            return null;
        }

        return type.InputType == typeof(None) ? CheckNone(subtask, type, arguments) : CheckInput(subtask, type, arguments, isTemplate);
    }

    /// <summary>No input is no input: not even the output of a dependency may stand for it.</summary>
    private InputBinding? CheckNone(int subtask, TaskDescriptor type, JsonElement arguments)
    {
        if (SubtaskOutput.TryRead(arguments, out SubtaskOutput output))
        {
            report.Add(
                PlanDiagnosticCode.ReferenceTypeMismatch, subtask, "/arguments",
                $"The output of '{Excerpt.Of(output.SubtaskId)}' stands for the input, but '{type.Name}' takes none.",
                "Leave the arguments out; a dependency that gives no input stands in dependsOn alone.");
        }
        else if (arguments.ValueKind != JsonValueKind.Object || arguments.GetPropertyCount() > 0)
        {
            report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, "/arguments", $"There are arguments, but '{type.Name}' takes no input.", "Leave them out.");
        }

        return null;
    }

    private InputBinding CheckInput(int subtask, TaskDescriptor type, JsonElement arguments, bool isTemplate)
    {
        int mistakesBefore = report.Count;
        var schemaCheck = new JsonSchemaCheck(
            taskTypes.GetInputSchema(type),
            isReference: element => SubtaskOutput.TryRead(element, out _) || SecretRef.TryRead(element, out _) || (isTemplate && ItemReference.TryRead(element, out _)),
            onReference: (expected, element, place) => CheckReference(subtask, expected, element, $"/arguments{place}", place.IsRoot),
            onMisfit: (place, message) => report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, $"/arguments{place}", message, $"Follow the input schema of '{type.Name}'."),
            patterns);
        schemaCheck.Run(arguments);
        List<OutputSource> sources = FindSources(subtask, arguments, "/arguments", out bool hasReferences);
        bool hasSecrets = SecretRef.CountIn(arguments) > 0;
        if (report.Count == mistakesBefore && !hasReferences && !hasSecrets && !isTemplate)
        {
            CheckReadable(subtask, type, arguments);
        }

        return new InputBinding(arguments, sources) { IsOneOutput = SubtaskOutput.TryRead(arguments, out _), HasSecrets = hasSecrets };
    }

    private List<OutputSource> FindSources(int subtask, JsonElement arguments, string property, out bool hasReferences)
    {
        int told = 0;
        int count = 0;
        hasReferences = false;
        List<OutputSource> sources = [];
        foreach ((SubtaskOutput output, JsonPlace place) in OutputReferences.In(arguments))
        {
            hasReferences = true;
            if (++count > maxReferences)
            {
                report.Add(
                    PlanDiagnosticCode.TooLarge, subtask, property,
                    $"There are more than {maxReferences} references to outputs.",
                    "Refer to a whole list or object instead of to each of its parts.");
                break;
            }

            if (FindSource(subtask, output) is { } source)
            {
                sources.Add(source with { RefusesNull = _placesWithoutNull.Count > 0 && _placesWithoutNull.Contains($"{property}{place}") });
            }
            else if (++told <= JsonSchemaCheck.MaxMisfits)
            {
                ReportNoDependency(subtask, output, $"{property}{place}");
            }
        }

        return sources;
    }

    private OutputSource? CheckCondition(int subtask, SubtaskCondition condition)
    {
        if (!Enum.IsDefined(condition.Operator))
        {
            report.Add(PlanDiagnosticCode.InvalidControl, subtask, "/when", $"{condition.Operator} is no operator.", $"Use one of: {string.Join(", ", Enum.GetNames<ConditionOperator>())}.");
        }

        if (condition.Value is { ValueKind: not JsonValueKind.Undefined } value && ArgumentsText.WhyUnreadable(value, MaxDepth) is { } reason)
        {
            report.Add(PlanDiagnosticCode.InvalidControl, subtask, "/when/value", reason, "Write whole characters, and nest less.");
        }

        return FindSource(subtask, condition.Output) ?? ReportNoDependency(subtask, condition.Output, "/when");
    }

    private OutputSource? CheckList(int subtask, SubtaskOutput items)
    {
        OutputSource? source = FindSource(subtask, items) ?? ReportNoDependency(subtask, items, "/forEach");
        if (source is { } found && ShapeOf(found.Subtask) is { } shape)
        {
            JsonSchemaNode? list = JsonSchemaNode.Root(shape.Schema).Resolve(items.Path);
            if (list is null || !(list.Value.IsOpen || list.Value.Types().Contains("array")))
            {
                report.Add(
                    PlanDiagnosticCode.InvalidControl, subtask, "/forEach",
                    $"'{Excerpt.Of(items.Text)}' is no list.",
                    "Refer to a list in the output of a dependency.");
            }
        }

        return source;
    }

    private void CheckForEach(int subtask, Subtask checkedSubtask)
    {
        if (checkedSubtask is { ForEach: not null, Items: not null })
        {
            report.Add(PlanDiagnosticCode.InvalidControl, subtask, "/forEach", "It works through two lists.", "Give one list, or refer to one.");
        }
        else if (!checkedSubtask.IsForEach && checkedSubtask.OnItemFailure != ItemFailurePolicy.Fail)
        {
            report.Add(
                PlanDiagnosticCode.InvalidControl, subtask, "/onItemFailure", "It says what failed items mean, but it works through no list.", "Leave it out, or add \"forEach\".");
        }
    }

    /// <summary>A list that the plan gives. Outputs may be in it; a secret is named in the arguments.</summary>
    private InputBinding? CheckItems(int subtask, JsonElement items)
    {
        if (items.ValueKind != JsonValueKind.Array)
        {
            report.Add(PlanDiagnosticCode.InvalidControl, subtask, "/forEach", "It is no list.", "Give a JSON array, or refer to a list in the output of a dependency.");
            return null;
        }

        if (ArgumentsText.WhyUnreadable(items, MaxDepth) is { } reason)
        {
            report.Add(PlanDiagnosticCode.InvalidControl, subtask, "/forEach", reason, "Write whole characters, and nest less.");
            return null;
        }

        if (SecretRef.CountIn(items) > 0)
        {
            report.Add(PlanDiagnosticCode.InvalidControl, subtask, "/forEach", "The list holds a reference to a secret.", "Refer to secrets in the arguments.");
        }

        return new InputBinding(items, FindSources(subtask, items, "/forEach", out _));
    }

    /// <summary>Without arguments, each item is an input; those that the plan gives are known before the run.</summary>
    private void CheckGivenInputs(int subtask, TaskDescriptor type, JsonElement items)
    {
        if (ArgumentsText.WhyUnreadable(items, MaxDepth) is not null)
        {
            return;
        }

        JsonElement schema = taskTypes.GetInputSchema(type);
        int told = 0;
        foreach ((int index, JsonElement item) in items.EnumerateArray().Index())
        {
            string property = $"/forEach/{index}";
            int mistakesBefore = report.Count;
            var schemaCheck = new JsonSchemaCheck(
                schema,
                isReference: element => SubtaskOutput.TryRead(element, out _) || SecretRef.TryRead(element, out _),
                onReference: (expected, element, place) => CheckReference(subtask, expected, element, $"{property}{place}", place.IsRoot),
                onMisfit: (place, message) => report.Add(
                    PlanDiagnosticCode.InvalidArguments, subtask, $"{property}{place}", message, $"Follow the input schema of '{type.Name}'."),
                patterns);
            schemaCheck.Run(item);
            if (report.Count > mistakesBefore && ++told == JsonSchemaCheck.MaxMisfits)
            {
                return;
            }
        }
    }

    private OutputSource? FindSource(int subtask, SubtaskOutput output)
    {
        if (dependencyCheck.IndexOf(output.SubtaskId) is not { } source || !DependenciesOf(subtask).Contains(source))
        {
            return null;
        }

        bool isOptional = dependencyCheck.Optional?.Contains((source, surroundings.Offset + subtask)) == true;
        return new OutputSource(source, output.Path) { IsOptional = isOptional };
    }

    /// <summary>As a set, made once: a hostile plan has many references and many dependencies.</summary>
    private HashSet<int> DependenciesOf(int subtask)
    {
        if (_dependenciesOf != subtask)
        {
            _dependenciesOf = subtask;
            _dependencies = [.. dependencies[subtask]];
        }

        return _dependencies;
    }

    private OutputSource? ReportNoDependency(int subtask, SubtaskOutput output, string place)
    {
        if (plan.Subtasks[subtask].DependsOn.Contains(output.SubtaskId, StringComparer.Ordinal))
        {
            // That there is no such subtask, or that it is the subtask itself, has been said where it stands as a dependency.
            return null;
        }

        string id = Excerpt.Of(output.SubtaskId);
        int? source = dependencyCheck.IndexOf(output.SubtaskId);
        (string message, string remedy) = source is null ? ($"It refers to the output of '{id}', which is no subtask of the plan.", "Refer to a subtask of the plan, and name it in dependsOn.")
            : source == surroundings.Offset + subtask ? ("It refers to its own output.", "Refer to a subtask that is done before.")
            : ($"It refers to the output of '{id}', which is none of its dependencies.", $"Add '{id}' to dependsOn, or refer to a dependency.");
        report.Add(PlanDiagnosticCode.ReferenceToNoDependency, subtask, place, message, RemedyOfSlash(output) ?? remedy);
        return null;
    }

    /// <summary>What reads as a part of an output may have been meant as an id with slashes.</summary>
    private string? RemedyOfSlash(SubtaskOutput output)
    {
        for (int end = output.Path.Length <= LongestSlashedId ? output.Path.Length : 0; end > 0; end = output.Path.LastIndexOf('/', end - 1))
        {
            string id = output.SubtaskId + output.Path[..end];
            if (dependencyCheck.IndexOf(id) is not null)
            {
                return $"To refer to the subtask '{Excerpt.Of(id)}', write \"{Excerpt.Of(new SubtaskOutput(id, output.Path[end..]).Text)}\", and name it in dependsOn.";
            }
        }

        return null;
    }

    private void CheckReference(int subtask, JsonSchemaNode expected, JsonElement element, string place, bool isRoot)
    {
        if (ItemReference.TryRead(element, out ItemReference item) && item.Path.Length > 0 && item.Path[0] != '/')
        {
            report.Add(
                PlanDiagnosticCode.InvalidControl, subtask, place,
                $"'{item.Path}' is no JSON pointer to a part of the item.",
                $"Write '/{item.Path}', or an empty text for the whole item.");
        }

        if (SecretRef.TryRead(element, out SecretRef secret) && !expected.IsOpen && !expected.Types().Contains("string"))
        {
            report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, place,
                $"The secret '{Excerpt.Of(secret.Name)}' is a text, but none can stand there.",
                "Refer to it only where a text may stand.");
        }

        bool isOutput = SubtaskOutput.TryRead(element, out SubtaskOutput output);
        if (isOutput && !MayBeNull(expected) && !(isRoot && types[subtask]?.InputMayBeNull != false))
        {
            _placesWithoutNull.Add(place);
        }

        if (!isOutput
            || dependencyCheck.IndexOf(output.SubtaskId) is not { } source
            || ShapeOf(source) is not { } shape
            || types[subtask] is not { } targetType)
        {
            return;
        }

        bool isWhole = isRoot && output.Path.Length == 0;
        if (dependencyCheck.Optional?.Contains((source, surroundings.Offset + subtask)) == true && !MayBeNull(expected))
        {
            report.Add(
                PlanDiagnosticCode.ReferenceTypeMismatch, subtask, place,
                $"The output of '{output.SubtaskId}' may be missing, but null cannot stand there.",
                "Refer to it only where null may stand, or name it in dependsOn.");
            return;
        }

        if (isWhole && shape.Type != typeof(None) && targetType.InputType.IsAssignableFrom(shape.Type))
        {
            return;
        }

        JsonSchemaNode? actual = JsonSchemaNode.Root(shape.Schema).Resolve(output.Path);
        if (actual is null)
        {
            report.Add(
                PlanDiagnosticCode.ReferenceTypeMismatch, subtask, place,
                $"The output of '{Excerpt.Of(output.SubtaskId)}' has no part '{Excerpt.Of(output.Path)}'.",
                RemedyOfSlash(output) ?? $"Follow its output schema, or refer to the whole output as \"{Excerpt.Of(output.SubtaskId)}\".");
        }
        else if (actual.Value.WhyItCannotStandFor(expected) is { } reason)
        {
            report.Add(
                PlanDiagnosticCode.ReferenceTypeMismatch, subtask, place,
                $"The output of '{Excerpt.Of(output.SubtaskId)}{Excerpt.Of(output.Path)}' cannot stand there: {reason}.",
                $"Follow the input schema of '{targetType.Name}'; a JSON pointer after the id names a part of an output.");
        }
    }

    private static bool MayBeNull(JsonSchemaNode expected) =>
        expected.IsOpen || expected.Types().Contains("null") || expected.Children("anyOf").Any(MayBeNull);

    /// <summary>Found once, also where there is none: a hostile plan has many references to a plan of many subtasks.</summary>
    private OutputShape? ShapeOf(int index)
    {
        if (!_shapes.TryGetValue(index, out OutputShape? shape))
        {
            shape = index < surroundings.Offset ? surroundings.ShapeOf(index, taskTypes) : OutputShape.Of(plan.Subtasks[index - surroundings.Offset], taskTypes);
            _shapes.Add(index, shape);
        }

        return shape;
    }

    /// <summary>What a schema cannot say, the type itself says; its code may throw anything.</summary>
    private void CheckReadable(int subtask, TaskDescriptor type, JsonElement arguments)
    {
        try
        {
            _ = serializer.Read(arguments, type.InputType);
        }
        catch (Exception exception)
        {
            report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, "/arguments",
                $"The arguments cannot be read as '{type.InputType.Name}': {exception.Message}",
                $"Follow the input schema of '{type.Name}'.");
        }
    }
}
