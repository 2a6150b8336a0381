using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Planning.Selection;

/// <summary>
/// A plan with slots in its texts, for goals of one form. A slot is filled by what a request says, which is data: it becomes a part of a
/// text, and text is never read again as anything else.
/// </summary>
internal sealed class PlanTemplate
{
    private readonly string _form;
    private readonly GoalPattern _goal;
    private readonly TaskPlan _plan;

    /// <summary>Gets the plan, with the form of the goals that it answers.</summary>
    public TaskPlan Plan => _plan.Goal.Length == 0 ? _plan with { Goal = _form } : _plan;

    /// <exception cref="ArgumentException">A slot stands where none may.</exception>
    public PlanTemplate(string goal, TaskPlan plan)
    {
        _form = goal;
        _goal = new GoalPattern(goal);
        _plan = plan;
        CheckPlaces(plan);
    }

    /// <summary>The plan for a request; <see langword="null"/> when it is not of the template's form or says more than the template knows of.</summary>
    public TaskPlan? TryFill(OrchestrationRequest request)
    {
        if (request.Inputs.Count > 0 || _goal.Match(request.Goal) is not { } values)
        {
            return null;
        }

        return Fill(_plan, values) is var plan && plan.Goal.Length == 0 ? plan with { Goal = request.Goal } : plan;
    }

    private static TaskPlan Fill(TaskPlan plan, Dictionary<string, string> values) => plan with
    {
        Goal = Fill(plan.Goal, values),
        Subtasks = [.. plan.Subtasks.Select(subtask => Fill(subtask, values))],
        IsLiteral = true,
    };

    private static Subtask Fill(Subtask subtask, Dictionary<string, string> values) => subtask with
    {
        Name = Fill(subtask.Name, values),
        Description = subtask.Description is { } description ? Fill(description, values) : null,
        Arguments = subtask.Arguments is { ValueKind: not JsonValueKind.Undefined } arguments ? FillElement(arguments, values) : null,
        Items = subtask.Items is { ValueKind: not JsonValueKind.Undefined } items ? FillElement(items, values) : null,
        Condition = subtask.Condition is { Value: { ValueKind: not JsonValueKind.Undefined } value } condition ? condition with { Value = FillElement(value, values) } : subtask.Condition,
        Plan = subtask.Plan is { } nested ? Fill(nested, values) : null,
    };

    private static JsonElement FillElement(JsonElement element, Dictionary<string, string> values) =>
        JsonSerializer.SerializeToElement(FillNode(element, values), PlanJsonContext.Default.JsonNode);

    private static JsonNode? FillNode(JsonElement element, Dictionary<string, string> values)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return JsonValue.Create(Fill(element.GetString()!, values));
            case JsonValueKind.Object when !IsReference(element):
                return new JsonObject(element.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, FillNode(property.Value, values))));
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(item => FillNode(item, values))]);
            default:
                return JsonNode.Parse(element.GetRawText());
        }
    }

    /// <summary>One pass, so that a slot within a value stays as it is.</summary>
    private static string Fill(string text, Dictionary<string, string> values)
    {
        var filled = new StringBuilder();
        int at = 0;
        while (at < text.Length)
        {
            int open = text.IndexOf('{', at);
            int close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            if (values.TryGetValue(text[(open + 1)..close], out string? value))
            {
                filled.Append(text, at, open - at).Append(value);
                at = close + 1;
            }
            else
            {
                filled.Append(text, at, open + 1 - at);
                at = open + 1;
            }
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }

    private static bool IsReference(JsonElement element) =>
        SubtaskOutput.TryRead(element, out _) || ItemReference.TryRead(element, out _) || SecretRef.TryRead(element, out _);

    private void CheckPlaces(TaskPlan plan)
    {
        foreach (Subtask subtask in plan.Subtasks)
        {
            Forbid(subtask.Id, "an id");
            Forbid(subtask.TaskType, "a task type");
            foreach (string id in subtask.DependsOn.Concat(subtask.OptionalDependsOn))
            {
                Forbid(id, "a dependency");
            }

            Forbid(subtask.ForEach?.Text ?? "", "a list to work through");
            Forbid(subtask.Condition?.Output.Text ?? "", "a condition's output");
            CheckElement(subtask.Arguments);
            CheckElement(subtask.Items);
            CheckElement(subtask.Condition?.Value);
            if (subtask.Plan is { } nested)
            {
                CheckPlaces(nested);
            }
        }
    }

    private void CheckElement(JsonElement? value)
    {
        var open = new Stack<JsonElement>(value is { } root ? [root] : []);
        while (open.TryPop(out JsonElement element))
        {
            if (element.ValueKind == JsonValueKind.Object && IsReference(element))
            {
                Forbid(element.EnumerateObject().First().Value.GetString()!, "a reference");
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    Forbid(property.Name, "the name of a property");
                    open.Push(property.Value);
                }
            }
            else if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement item in element.EnumerateArray())
                {
                    open.Push(item);
                }
            }
        }
    }

    private void Forbid(string text, string what)
    {
        if (_goal.Slots.Find(slot => text.Contains($"{{{slot}}}", StringComparison.Ordinal)) is { } slot)
        {
            throw new ArgumentException(
                $"The slot '{{{slot}}}' is in {what}, '{Excerpt.Of(text)}'. Use slots only in goals, names and descriptions, in texts within arguments, and in texts that a condition compares with.");
        }
    }
}
