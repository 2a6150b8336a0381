using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph;

/// <summary>Checks arguments against the schemas of their task types, and finds what their references stand for.</summary>
internal sealed class InputCheck(
    TaskPlan plan,
    PlanReport report,
    ITaskTypeRegistry taskTypes,
    PayloadSerializer serializer,
    TaskDescriptor?[] types,
    int[][] dependencies,
    DependencyCheck dependencyCheck,
    GrowthSurroundings surroundings)
{
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    private readonly OutputShape?[] _shapes = new OutputShape?[plan.Subtasks.Count];

    /// <returns>Of each subtask how its input is made, or <see langword="null"/> for no input.</returns>
    public InputBinding?[] Run()
    {
        var bindings = new InputBinding?[plan.Subtasks.Count];
        for (int i = 0; i < bindings.Length; i++)
        {
            bindings[i] = CheckText(i);
        }

        return bindings;
    }

    /// <summary>JSON can escape half a surrogate pair; such text can be carried around unread, but not read.</summary>
    private InputBinding? CheckText(int subtask)
    {
        try
        {
            return Check(subtask);
        }
        catch (InvalidOperationException exception)
        {
            report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, "/arguments",
                $"The arguments hold text that is no valid Unicode: {exception.Message}",
                "Write whole characters.");
            return null;
        }
    }

    private InputBinding? Check(int subtask)
    {
        Subtask checkedSubtask = plan.Subtasks[subtask];
        OutputSource? list = checkedSubtask.ForEach is { } items ? CheckList(subtask, items) : null;
        OutputSource? condition = checkedSubtask.Condition is { } when ? CheckCondition(subtask, when) : null;
        InputBinding? binding = types[subtask] is { } type && checkedSubtask.Plan is null ? CheckArguments(subtask, checkedSubtask, type) : null;
        return list is null && condition is null
            ? binding
            : (binding ?? new InputBinding(checkedSubtask.Arguments ?? EmptyObject, [])) with { List = list, Condition = condition };
    }

    private InputBinding? CheckArguments(int subtask, Subtask checkedSubtask, TaskDescriptor type)
    {
        JsonElement arguments = checkedSubtask.Arguments ?? EmptyObject;
        if (type.InputType == typeof(None) && arguments.ValueKind == JsonValueKind.Object && arguments.GetPropertyCount() == 0)
        {
            return null;
        }

        bool isTemplate = checkedSubtask.ForEach is not null;
        if (isTemplate && checkedSubtask.Arguments is null)
        {
            // Each item is an input; it is checked when it is there.
            return null;
        }

        int diagnosticsBefore = report.Diagnostics.Count;
        List<OutputSource> sources = [];
        var schemaCheck = new JsonSchemaCheck(
            taskTypes.GetInputSchema(type),
            isReference: element => SubtaskOutput.TryRead(element, out _) || (isTemplate && ItemReference.TryRead(element, out _)),
            onReference: (expected, element, place) => CheckReference(subtask, expected, element, place),
            onMisfit: (place, message) => report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, $"/arguments{place}", message, $"Follow the input schema of '{type.Name}'."));
        schemaCheck.Run(arguments);
        foreach ((SubtaskOutput output, string place) in OutputReferences.In(arguments))
        {
            if (FindSource(subtask, output, $"/arguments{place}") is { } source)
            {
                sources.Add(source);
            }
        }

        if (report.Diagnostics.Count == diagnosticsBefore && sources.Count == 0 && !isTemplate)
        {
            CheckReadable(subtask, type, arguments);
        }

        return new InputBinding(arguments, sources) { IsOneOutput = SubtaskOutput.TryRead(arguments, out _) };
    }

    private OutputSource? CheckCondition(int subtask, SubtaskCondition condition)
    {
        if (!Enum.IsDefined(condition.Operator))
        {
            report.Add(PlanDiagnosticCode.InvalidControl, subtask, "/when", $"{condition.Operator} is no operator.", $"Use one of: {string.Join(", ", Enum.GetNames<ConditionOperator>())}.");
        }

        return FindSource(subtask, condition.Output, "/when");
    }

    private OutputSource? CheckList(int subtask, SubtaskOutput items)
    {
        OutputSource? source = FindSource(subtask, items, "/forEach");
        if (source is { } found && ShapeOf(found.Subtask) is { } shape)
        {
            JsonSchemaNode? list = JsonSchemaNode.Root(shape.Schema).Resolve(items.Path);
            if (list is null || !(list.Value.IsOpen || list.Value.Types().Contains("array")))
            {
                report.Add(
                    PlanDiagnosticCode.InvalidControl, subtask, "/forEach",
                    $"'{items.SubtaskId}{items.Path}' is no list.",
                    "Refer to a list in the output of a dependency.");
            }
        }

        return source;
    }

    private OutputSource? FindSource(int subtask, SubtaskOutput output, string place)
    {
        if (dependencyCheck.IndexOf(output.SubtaskId) is { } source && dependencies[subtask].Contains(source))
        {
            bool isOptional = dependencyCheck.Optional?.Contains((source, surroundings.Offset + subtask)) == true;
            return new OutputSource(source, output.Path) { IsOptional = isOptional };
        }

        report.Add(
            PlanDiagnosticCode.ReferenceToNoDependency, subtask, place,
            $"It refers to the output of '{output.SubtaskId}', which is none of its dependencies.",
            $"Add '{output.SubtaskId}' to dependsOn, or refer to a dependency.");
        return null;
    }

    private void CheckReference(int subtask, JsonSchemaNode expected, JsonElement element, string place)
    {
        if (ItemReference.TryRead(element, out ItemReference item) && item.Path.Length > 0 && item.Path[0] != '/')
        {
            report.Add(
                PlanDiagnosticCode.InvalidControl, subtask, $"/arguments{place}",
                $"'{item.Path}' is no JSON pointer to a part of the item.",
                $"Write '/{item.Path}', or an empty text for the whole item.");
        }

        if (!SubtaskOutput.TryRead(element, out SubtaskOutput output)
            || dependencyCheck.IndexOf(output.SubtaskId) is not { } source
            || ShapeOf(source) is not { } shape
            || types[subtask] is not { } targetType)
        {
            return;
        }

        bool isWhole = place.Length == 0 && output.Path.Length == 0;
        if (isWhole && targetType.InputType == typeof(None))
        {
            report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, "/arguments",
                $"'{targetType.Name}' takes no input, so the output of '{output.SubtaskId}' cannot be one.",
                "Remove the arguments; to run after that subtask, name it in dependsOn.");
            return;
        }

        if (dependencyCheck.Optional?.Contains((source, surroundings.Offset + subtask)) == true && !MayBeNull(expected))
        {
            report.Add(
                PlanDiagnosticCode.ReferenceTypeMismatch, subtask, $"/arguments{place}",
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
                PlanDiagnosticCode.ReferenceTypeMismatch, subtask, $"/arguments{place}",
                $"The output of '{output.SubtaskId}' has no part '{output.Path}'.",
                $"Follow its output schema, or refer to the whole output as \"{output.SubtaskId}\".");
        }
        else if (actual.Value.WhyItCannotStandFor(expected) is { } reason)
        {
            report.Add(
                PlanDiagnosticCode.ReferenceTypeMismatch, subtask, $"/arguments{place}",
                $"The output of '{output.SubtaskId}{output.Path}' cannot stand there: {reason}.",
                $"Follow the input schema of '{targetType.Name}'; a JSON pointer after the id names a part of an output.");
        }
    }

    private static bool MayBeNull(JsonSchemaNode expected) =>
        expected.IsOpen || expected.Types().Contains("null") || expected.Children("anyOf").Any(MayBeNull);

    private OutputShape? ShapeOf(int index) => index < surroundings.Offset
        ? surroundings.ShapeOf(index, taskTypes)
        : _shapes[index - surroundings.Offset] ??= OutputShape.Of(plan.Subtasks[index - surroundings.Offset], taskTypes);

    /// <summary>What a schema cannot say, such as the range of a number, the type itself says.</summary>
    private void CheckReadable(int subtask, TaskDescriptor type, JsonElement arguments)
    {
        if (type.InputType == typeof(None))
        {
            return;
        }

        try
        {
            _ = serializer.Read(arguments, type.InputType);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException or FormatException or InvalidOperationException)
        {
            report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, "/arguments",
                $"The arguments cannot be read as '{type.InputType.Name}': {exception.Message}",
                $"Follow the input schema of '{type.Name}'.");
        }
    }
}
