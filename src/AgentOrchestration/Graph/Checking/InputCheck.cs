using System.Text.Json;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Preview;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Checks arguments against the schemas of their task types, and finds what their references stand for.</summary>
internal sealed class InputCheck(
    TaskPlan plan, PlanReport report, ITaskTypeRegistry taskTypes, PayloadSerializer serializer, TaskDescriptor?[] types, ReferenceCheck references, PatternMatcher patterns)
{
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

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
        references.Restart();
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
            references.FindAll(subtask, arguments, "/arguments", out _);
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
                $"The output of '{Excerpt.Of(output.SubtaskId)}' is given as the input, but '{type.Name}' takes none.",
                "Leave the arguments out; a dependency that gives no input is named in dependsOn only.");
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
            onReference: (expected, element, place) => references.Check(subtask, expected, element, $"/arguments{place}", place.IsRoot),
            onMisfit: (place, message) => report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, $"/arguments{place}", message, $"Follow the input schema of '{type.Name}'."),
            patterns);
        schemaCheck.Run(arguments);
        List<OutputSource> sources = references.FindAll(subtask, arguments, "/arguments", out bool hasReferences);
        bool hasSecrets = SecretRef.CountIn(arguments) > 0;
        if (report.Count == mistakesBefore && !hasReferences && !hasSecrets && !isTemplate)
        {
            CheckReadable(subtask, type, arguments);
        }

        return new InputBinding(arguments, sources) { IsOneOutput = SubtaskOutput.TryRead(arguments, out _), HasSecrets = hasSecrets };
    }

    private OutputSource? CheckCondition(int subtask, SubtaskCondition condition)
    {
        if (!Enum.IsDefined(condition.Operator))
        {
            report.Add(PlanDiagnosticCode.InvalidControl, subtask, "/when", $"{condition.Operator} is not an operator.", $"Use one of: {string.Join(", ", Enum.GetNames<ConditionOperator>())}.");
        }

        if (condition.Value is { ValueKind: not JsonValueKind.Undefined } value && ArgumentsText.WhyUnreadable(value, MaxDepth) is { } reason)
        {
            report.Add(PlanDiagnosticCode.InvalidControl, subtask, "/when/value", reason, "Write whole characters, and nest less.");
        }

        return references.Find(subtask, condition.Output) ?? references.ReportNoDependency(subtask, condition.Output, "/when");
    }

    private OutputSource? CheckList(int subtask, SubtaskOutput items)
    {
        OutputSource? source = references.Find(subtask, items) ?? references.ReportNoDependency(subtask, items, "/forEach");
        if (source is { } found && references.ShapeOf(found.Subtask) is { } shape)
        {
            JsonSchemaNode? list = JsonSchemaNode.Root(shape.Schema).Resolve(items.Path);
            if (list is null || !(list.Value.IsOpen || list.Value.Types().Contains("array")))
            {
                report.Add(
                    PlanDiagnosticCode.InvalidControl, subtask, "/forEach",
                    $"'{Excerpt.Of(items.Text)}' is not a list.",
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
                PlanDiagnosticCode.InvalidControl, subtask, "/onItemFailure", "It has a policy for failed items, but it has no list.", "Leave it out, or add \"forEach\".");
        }
    }

    /// <summary>A list that the plan gives. Outputs may be in it; a secret is named in the arguments.</summary>
    private InputBinding? CheckItems(int subtask, JsonElement items)
    {
        if (items.ValueKind != JsonValueKind.Array)
        {
            report.Add(PlanDiagnosticCode.InvalidControl, subtask, "/forEach", "It is not a list.", "Give a JSON array, or refer to a list in the output of a dependency.");
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

        return new InputBinding(items, references.FindAll(subtask, items, "/forEach", out _));
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
                onReference: (expected, element, place) => references.Check(subtask, expected, element, $"{property}{place}", place.IsRoot),
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
