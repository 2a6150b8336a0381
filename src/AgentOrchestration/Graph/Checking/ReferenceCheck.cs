using System.Text.Json;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Checks references to outputs, items and secrets: that what they stand for is there, and can stand where they are.</summary>
internal sealed class ReferenceCheck(
    TaskPlan plan, PlanReport report, ITaskTypeRegistry taskTypes, TaskDescriptor?[] types, int[][] dependencies, DependencyCheck dependencyCheck, GrowthScope surroundings)
{
    /// <summary>Longer than the ids of what is added a few levels deep; a longer path is no id that was written by hand.</summary>
    private const int LongestSlashedId = 500;

    private readonly Dictionary<int, OutputShape?> _shapes = [];
    private readonly HashSet<string> _placesWithoutNull = new(StringComparer.Ordinal);
    private HashSet<int> _dependencies = [];
    private int _dependenciesOf = -1;

    /// <summary>The most references to outputs in one property of a subtask.</summary>
    public required int MaxReferences { get; init; }

    /// <summary>Another subtask is checked.</summary>
    public void Restart() => _placesWithoutNull.Clear();

    /// <summary>Finds what the references in the JSON of a property stand for.</summary>
    public List<OutputSource> FindAll(int subtask, JsonElement arguments, string property, out bool hasReferences)
    {
        int told = 0;
        int count = 0;
        hasReferences = false;
        List<OutputSource> sources = [];
        foreach ((SubtaskOutput output, JsonPlace place) in OutputReferences.In(arguments))
        {
            hasReferences = true;
            if (++count > MaxReferences)
            {
                report.Add(
                    PlanDiagnosticCode.TooLarge, subtask, property,
                    $"There are more than {MaxReferences} references to outputs.",
                    "Refer to a whole list or object instead of to each of its parts.");
                break;
            }

            if (Find(subtask, output) is { } source)
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

    /// <summary>Finds what a reference represents.</summary>
    /// <returns>The source, or <see langword="null"/> when it is no dependency of the subtask.</returns>
    public OutputSource? Find(int subtask, SubtaskOutput output)
    {
        if (dependencyCheck.IndexOf(output.SubtaskId) is not { } source || !DependenciesOf(subtask).Contains(source))
        {
            return null;
        }

        bool isOptional = dependencyCheck.Optional?.Contains((source, surroundings.Offset + subtask)) == true;
        return new OutputSource(source, output.Path) { IsOptional = isOptional };
    }

    public OutputSource? ReportNoDependency(int subtask, SubtaskOutput output, string place)
    {
        if (plan.Subtasks[subtask].DependsOn.Contains(output.SubtaskId, StringComparer.Ordinal))
        {
            // That there is no such subtask, or that it is the subtask itself, has been said where it stands as a dependency.
            return null;
        }

        string id = Excerpt.Of(output.SubtaskId);
        int? source = dependencyCheck.IndexOf(output.SubtaskId);
        (string message, string remedy) = source is null ? ($"It refers to the output of '{id}', which is not a subtask of the plan.", "Refer to a subtask of the plan, and name it in dependsOn.")
            : source == surroundings.Offset + subtask ? ("It refers to its own output.", "Refer to a subtask that is done before.")
            : ($"It refers to the output of '{id}', which is none of its dependencies.", $"Add '{id}' to dependsOn, or refer to a dependency.");
        report.Add(PlanDiagnosticCode.ReferenceToNoDependency, subtask, place, message, RemedyOfSlash(output) ?? remedy);
        return null;
    }

    /// <summary>Checks a reference that stands where a value is expected.</summary>
    /// <param name="subtask">The subtask that refers.</param>
    /// <param name="expected">The schema of the value.</param>
    /// <param name="element">The reference.</param>
    /// <param name="place">Where it is in the subtask.</param>
    /// <param name="isRoot">It is the whole input.</param>
    public void Check(int subtask, JsonSchemaNode expected, JsonElement element, string place, bool isRoot)
    {
        if (ItemReference.TryRead(element, out ItemReference item) && item.Path.Length > 0 && item.Path[0] != '/')
        {
            report.Add(
                PlanDiagnosticCode.InvalidControl, subtask, place,
                $"'{item.Path}' is not a JSON pointer to a part of the item.",
                $"Write '/{item.Path}', or an empty text for the whole item.");
        }

        if (SecretRef.TryRead(element, out SecretRef secret) && !expected.IsOpen && !expected.Types().Contains("string"))
        {
            report.Add(
                PlanDiagnosticCode.InvalidArguments, subtask, place,
                $"The secret '{Excerpt.Of(secret.Name)}' is a text, but no text is allowed there.",
                "Refer to it only where a text is allowed.");
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
                $"The output of '{output.SubtaskId}' may be missing, but null is not allowed there.",
                "Refer to it only where null is allowed, or name it in dependsOn.");
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
                $"The output of '{Excerpt.Of(output.SubtaskId)}{Excerpt.Of(output.Path)}' cannot be used there: {reason}.",
                $"Follow the input schema of '{targetType.Name}'; a JSON pointer after the id names a part of an output.");
        }
    }

    /// <summary>Found once, also where there is none: a hostile plan has many references to a plan of many subtasks.</summary>
    public OutputShape? ShapeOf(int index)
    {
        if (!_shapes.TryGetValue(index, out OutputShape? shape))
        {
            shape = index < surroundings.Offset ? surroundings.ShapeOf(index, taskTypes) : OutputShape.Of(plan.Subtasks[index - surroundings.Offset], taskTypes);
            _shapes.Add(index, shape);
        }

        return shape;
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

    private static bool MayBeNull(JsonSchemaNode expected) =>
        expected.IsOpen || expected.Types().Contains("null") || expected.Children("anyOf").Any(MayBeNull);
}
