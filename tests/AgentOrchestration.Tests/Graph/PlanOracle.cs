using System.Text.Json;
using System.Text.RegularExpressions;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Tests.Graph;

/// <summary>
/// Says what is wrong with a plan of the task types that <see cref="DamagedPlan"/> uses, in the simplest way: by their names, without
/// schemas, indices or QuikGraph.
/// </summary>
internal sealed partial class PlanOracle(TaskPlan plan)
{
    private readonly HashSet<PlanDiagnosticCode> _wrong = [];

    public IReadOnlySet<PlanDiagnosticCode> WhatIsWrong()
    {
        foreach (Subtask subtask in plan.Subtasks)
        {
            CheckNames(subtask);
            CheckNeeds(subtask);
            CheckArguments(subtask);
        }

        Expect(!plan.Subtasks.Any(subtask => Reaches(subtask, subtask, [])), PlanDiagnosticCode.Cycle);
        return _wrong;
    }

    private void CheckNames(Subtask subtask)
    {
        Expect(IdExpression().IsMatch(subtask.Id), PlanDiagnosticCode.InvalidId);
        Expect(plan.Subtasks.Count(other => other.Id == subtask.Id) == 1, PlanDiagnosticCode.DuplicateId);
        Expect(subtask.TaskType is "nothing" or "make" or "move" or "total" or "render", PlanDiagnosticCode.UnknownTaskType);
        Expect(subtask.EstimatedDuration is null || subtask.EstimatedDuration >= TimeSpan.Zero, PlanDiagnosticCode.InvalidEstimate);
        Expect(subtask.DependsOn.All(id => Named(id) is not null), PlanDiagnosticCode.UnknownDependency);
        Expect(subtask.DependsOn.All(id => !ReferenceEquals(Named(id), subtask)), PlanDiagnosticCode.SelfDependency);
    }

    private void CheckNeeds(Subtask subtask)
    {
        foreach (ResourceAmount need in subtask.Resources.Amounts)
        {
            Expect(need.Name is "cpu" or "gpu", PlanDiagnosticCode.UnknownResource);
            Expect(need.Amount <= (need.Name == "cpu" ? Checker.Cpu : need.Name == "gpu" ? Checker.Gpu : need.Amount), PlanDiagnosticCode.ResourceNeedsAboveCapacity);
        }
    }

    private void CheckArguments(Subtask subtask)
    {
        JsonElement arguments = subtask.Arguments ?? JsonElement.Parse("{}");
        switch (subtask.TaskType)
        {
            case "nothing" or "make" or "render" when IsReference(arguments):
                Expect(false, PlanDiagnosticCode.ReferenceTypeMismatch);
                break;
            case "nothing" or "make" or "render":
                Expect(arguments.ValueKind == JsonValueKind.Object && !arguments.EnumerateObject().Any(), PlanDiagnosticCode.InvalidArguments);
                break;
            case "move" when IsReference(arguments):
                CheckReference(subtask, arguments, "point");
                break;
            case "move":
                CheckObject(subtask, arguments, ["x", "y"], number => CheckNumber(subtask, number));
                break;
            case "total" when IsReference(arguments):
                CheckReference(subtask, arguments, "numbers");
                break;
            case "total":
                CheckObject(subtask, arguments, ["items"], items => CheckNumbers(subtask, items));
                break;
            default:
                CheckReferencesIn(subtask, arguments);
                break;
        }
    }

    private void CheckObject(Subtask subtask, JsonElement arguments, string[] names, Action<JsonElement> checkProperty)
    {
        bool isObject = arguments.ValueKind == JsonValueKind.Object;
        Expect(isObject && arguments.EnumerateObject().Select(property => property.Name).Order().SequenceEqual(names.Order()), PlanDiagnosticCode.InvalidArguments);
        foreach (JsonProperty property in isObject ? arguments.EnumerateObject() : default)
        {
            if (names.Contains(property.Name))
            {
                checkProperty(property.Value);
            }
            else
            {
                CheckReferencesIn(subtask, property.Value);
            }
        }
    }

    /// <summary>Where nothing may stand, and where the task type is unknown, a reference is still one to a dependency or not.</summary>
    private void CheckReferencesIn(Subtask subtask, JsonElement element)
    {
        if (IsReference(element))
        {
            CheckIsDependency(subtask, element);
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                CheckReferencesIn(subtask, item);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                CheckReferencesIn(subtask, property.Value);
            }
        }
    }

    private void CheckNumbers(Subtask subtask, JsonElement items)
    {
        if (IsReference(items))
        {
            CheckReference(subtask, items, "list");
        }
        else if (items.ValueKind != JsonValueKind.Array)
        {
            Expect(false, PlanDiagnosticCode.InvalidArguments);
        }
        else
        {
            foreach (JsonElement item in items.EnumerateArray())
            {
                CheckNumber(subtask, item);
            }
        }
    }

    private void CheckNumber(Subtask subtask, JsonElement element)
    {
        if (IsReference(element))
        {
            CheckReference(subtask, element, "number");
        }
        else
        {
            Expect(element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out _), PlanDiagnosticCode.InvalidArguments);
        }
    }

    private void CheckReference(Subtask subtask, JsonElement reference, string expected)
    {
        CheckIsDependency(subtask, reference);
        string[] target = Target(reference);
        string? kind = (Named(target[0])?.TaskType, string.Join('/', target[1..])) switch
        {
            ("make" or "move", "") => "point",
            ("make" or "move", "x" or "y") => "number",
            ("total", "") => "number",
            ("nothing" or "make" or "move" or "total" or "render", _) => "something else",
            _ => null,
        };
        Expect(kind is null || kind == expected, PlanDiagnosticCode.ReferenceTypeMismatch);
    }

    private void CheckIsDependency(Subtask subtask, JsonElement reference)
    {
        Subtask? source = Named(Target(reference)[0]);
        // A dependency that is no other subtask of the plan has been told about where it stands as a dependency.
        Expect(subtask.DependsOn.Contains(Target(reference)[0]) || (source is not null && subtask.DependsOn.Contains(source.Id)), PlanDiagnosticCode.ReferenceToNoDependency);
    }

    private bool Reaches(Subtask from, Subtask to, HashSet<Subtask> seen) =>
        from.DependsOn.Select(Named).Any(next => next is not null && !ReferenceEquals(next, from)
            && (ReferenceEquals(next, to) || (seen.Add(next) && Reaches(next, to, seen))));

    private static bool IsReference(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.EnumerateObject().Count() == 1 && element.TryGetProperty("$output", out _);

    private static string[] Target(JsonElement reference) => reference.GetProperty("$output").GetString()!.Split('/');

    private Subtask? Named(string id) => plan.Subtasks.FirstOrDefault(subtask => subtask.Id == id);

    private void Expect(bool kept, PlanDiagnosticCode otherwise)
    {
        if (!kept)
        {
            _wrong.Add(otherwise);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex IdExpression();
}
