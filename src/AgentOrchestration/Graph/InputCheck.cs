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
    Func<string, int?> indexOf)
{
    private static readonly JsonElement EmptyObject = JsonElement.Parse("{}");

    /// <returns>Of each subtask how its input is made, or <see langword="null"/> for no input.</returns>
    public InputBinding?[] Run() => [.. Enumerable.Range(0, plan.Subtasks.Count).Select(CheckText)];

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
        JsonElement arguments = plan.Subtasks[subtask].Arguments ?? EmptyObject;
        TaskDescriptor? type = types[subtask];
        if (type is null || (type.InputType == typeof(None) && arguments.ValueKind == JsonValueKind.Object && arguments.GetPropertyCount() == 0))
        {
            return null;
        }

        int diagnosticsBefore = report.Diagnostics.Count;
        List<OutputSource> sources = [];
        var schemaCheck = new JsonSchemaCheck(
            taskTypes.GetInputSchema(type),
            isReference: element => SubtaskOutput.TryRead(element, out _),
            onReference: (expected, element, place) => CheckReference(subtask, expected, element, place),
            onMisfit: (place, message) => report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, $"/arguments{place}", message, $"Follow the input schema of '{type.Name}'."));
        schemaCheck.Run(arguments);
        foreach ((SubtaskOutput output, string place) in OutputReferences.In(arguments))
        {
            if (FindSource(subtask, output, place) is { } source)
            {
                sources.Add(source);
            }
        }

        if (report.Diagnostics.Count == diagnosticsBefore && sources.Count == 0)
        {
            CheckReadable(subtask, type, arguments);
        }

        return new InputBinding(arguments, sources) { IsOneOutput = SubtaskOutput.TryRead(arguments, out _) };
    }

    private OutputSource? FindSource(int subtask, SubtaskOutput output, string place)
    {
        if (indexOf(output.SubtaskId) is { } source && dependencies[subtask].Contains(source))
        {
            return new OutputSource(source, output.Path);
        }

        report.Add(
            PlanDiagnosticCode.ReferenceToNoDependency, subtask, $"/arguments{place}",
            $"It refers to the output of '{output.SubtaskId}', which is none of its dependencies.",
            $"Add '{output.SubtaskId}' to dependsOn, or refer to a dependency.");
        return null;
    }

    private void CheckReference(int subtask, JsonSchemaNode expected, JsonElement element, string place)
    {
        _ = SubtaskOutput.TryRead(element, out SubtaskOutput output);
        if (indexOf(output.SubtaskId) is not { } source || types[source] is not { } sourceType || types[subtask] is not { } targetType)
        {
            return;
        }

        if (place.Length == 0 && output.Path.Length == 0 && sourceType.OutputType != typeof(None) && targetType.InputType.IsAssignableFrom(sourceType.OutputType))
        {
            return;
        }

        JsonSchemaNode? actual = JsonSchemaNode.Root(taskTypes.GetOutputSchema(sourceType)).Resolve(output.Path);
        if (actual is null)
        {
            report.Add(
                PlanDiagnosticCode.ReferenceTypeMismatch, subtask, $"/arguments{place}",
                $"The output of '{output.SubtaskId}' has no part '{output.Path}'.",
                $"Follow the output schema of '{sourceType.Name}', or refer to the whole output as \"{output.SubtaskId}\".");
        }
        else if (actual.Value.WhyItCannotStandFor(expected) is { } reason)
        {
            report.Add(
                PlanDiagnosticCode.ReferenceTypeMismatch, subtask, $"/arguments{place}",
                $"The output of '{output.SubtaskId}{output.Path}' cannot stand there: {reason}.",
                $"Follow the input schema of '{targetType.Name}'; a JSON pointer after the id names a part of an output.");
        }
    }

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
