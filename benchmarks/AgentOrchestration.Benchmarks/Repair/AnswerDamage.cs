using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>The ways in which models write a plan that is not in its form: each has one meaning, or is refused.</summary>
internal static class AnswerDamage
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<Damage> All { get; } =
    [
        Damage.Repaired("draft in a reasoning block", (plan, _) => [$"<think>\nFirst: {Draft(plan)}\nNo.\n</think>\n{plan.Text}", $"[THINK]{Draft(plan)}[/THINK]```json\n{plan.Text}\n```"]),
        Damage.Repaired("draft in reasoning without its opening tag", (plan, _) => [$"First: {Draft(plan)} No.\n</think>\n\n{plan.Text}"]),
        Damage.Repaired("trailing commas", (plan, _) => [Outside(plan.Text, mark => mark is ']' or '}' ? $",{mark}" : $"{mark}").Replace("[,]", "[]", StringComparison.Ordinal).Replace("{,}", "{}", StringComparison.Ordinal)]),
        Damage.Repaired("comments", (plan, _) => [Outside(plan.Text, mark => mark == ',' ? ", // next: \"it\"\n" : mark == ':' ? ":/* { */" : $"{mark}"), "{ # the plan\n" + plan.Text[1..]]),
        Damage.Repaired("a Python dict", (plan, _) => [Python(plan.Json), $"```python\nplan = {Python(plan.Json)}\n```"]),
        Damage.Repaired("names without quotes", (plan, _) => [WithoutQuotes(plan.Json)]),
        Damage.Repaired("no-break spaces", (plan, _) => [Outside(plan.Text, mark => mark is ':' or ',' or '{' ? $"{mark}\u00a0" : $"{mark}")]),
        Damage.Repaired("the answer as a JSON string", (plan, _) => [JsonSerializer.Serialize(plan.Text), JsonSerializer.Serialize(plan.Text, Plain), JsonSerializer.Serialize(plan.Text, Plain)[1..^1]]),
        Damage.Repaired("the answer as HTML", (plan, _) => [WebUtility.HtmlEncode(plan.Text)]),
        Damage.Repaired("the list as a JSON string", (plan, _) => [$$"""{"subtasks":{{JsonSerializer.Serialize(plan.Subtasks.ToJsonString())}}}"""]),
        Damage.Repaired("arguments as a JSON string", (plan, random) => Damage.OnSubtask(plan, random, subtask => subtask["arguments"] = subtask["arguments"]!.ToJsonString())),
        Damage.Repaired("a list in arguments as a JSON string", (plan, random) => Damage.OnSubtask(plan, random, subtask => subtask["arguments"]!["inputs"] = subtask["arguments"]!["inputs"]!.ToJsonString())),
        Damage.Repaired("ids as numbers", (plan, _) => [Numbered(plan.Text)]),
        Damage.Repaired("dependencies as one text", (plan, random) => Damage.OnEdge(plan, random, any: true, (ids, _, user) => user["dependsOn"] = string.Join(", ", ids))),
        Damage.Repaired("dependencies as objects", (plan, random) => Damage.OnEdge(plan, random, any: true, (ids, _, user) => user["dependsOn"] = new JsonArray([.. ids.Select(id => new JsonObject { ["id"] = $"{id}" })]))),
        Damage.Repaired("empty dependencies", (plan, random) =>
        [
            .. Damage.OnSubtask(plan, random, subtask => subtask["dependsOn"]!.AsArray().Add("")),
            .. Damage.OnSubtask(plan, random, subtask => subtask["dependsOn"]!.AsArray().Insert(0, null)),
            .. Damage.OnRoot(plan, subtask => subtask["dependsOn"] = ""),
        ]),
        Damage.Repaired("estimate as a text", (plan, random) => ((string[])["1", "1 minute", "60s", "PT1M"]).SelectMany(text => Damage.OnSubtask(plan, random, subtask => subtask["estimatedMinutes"] = text))),
        Damage.Repaired("estimate that is none", (plan, random) =>
        [
            .. Damage.OnSubtask(plan, random, subtask => subtask["estimatedMinutes"] = "a while"),
            .. Damage.OnSubtask(plan, random, subtask => subtask["estimatedMinutes"] = -1),
            plan.Text.Replace("\"estimatedMinutes\":1,", "\"estimatedMinutes\":NaN,", StringComparison.Ordinal),
        ]),
        Damage.Repaired("whole number with a fraction", (plan, _) => [plan.Text.Replace("\"resources\":{}", "\"resources\":{\"cpu\":0.0}", StringComparison.Ordinal)]),
        Damage.Repaired("subtasks by their ids", (plan, _) => [Keyed(plan)]),
        Damage.Repaired("another name for the list", (plan, _) => [$$"""{"steps":{{plan.Subtasks.ToJsonString()}}}""", $$"""{"tasks":{{plan.Subtasks.ToJsonString()}}}"""]),
        Damage.Repaired("names in another style", (plan, _) => [plan.Text.Replace("\"dependsOn\":", "\"depends_on\":", StringComparison.Ordinal).Replace("\"estimatedMinutes\":", "\"estimated_minutes\":", StringComparison.Ordinal)]),
        Damage.Repaired("the list alone", (plan, _) => [plan.Subtasks.ToJsonString(), $"The plan:\n```json\n{plan.Subtasks.ToJsonString()}\n```"]),
        Damage.Repaired("wrapped in an object", (plan, _) => [$$"""{"status":"ok","plan":{{plan.Text}}}"""]),
        Damage.Repaired("written as a tool call", (plan, _) =>
        [
            $"<tool_call>\n{{\"name\":\"task_plan\",\"arguments\":{plan.Text}}}\n</tool_call>",
            $$$"""{"type":"function","function":{"name":"task_plan","arguments":{{{JsonSerializer.Serialize(plan.Text)}}}}}""",
        ]),
        Damage.Repaired("the schema with the plan in it", (plan, _) => [$$"""{"type":"object","properties":{{plan.Text}},"required":["subtasks"],"additionalProperties":false}"""]),
        Damage.Repaired("a remark beside the list", (plan, _) => ["{\"reasoning\":\"Because.\"," + plan.Text[1..], plan.Text[..^1] + ",\"notes\":[\"one\"]}"]),
        Damage.Repaired("a remark in a subtask", (plan, random) => Damage.OnSubtask(plan, random, subtask => subtask["rationale"] = "It is needed.")),
        Damage.Repaired("the same plan twice", (plan, _) => [$"{plan.Text}\n{plan.Text}", $"{plan.Text}\nor\n```json\n{plan.Text}\n```"]),
        Damage.Repaired("other JSON beside the plan", (plan, _) => [$"{plan.Text}\n\nA reference: {{\"$output\": \"step-1\"}}", $"As {{\"asked\":true}}:\n{plan.Text}"]),
        Damage.Repaired("reference in the style of another system", (plan, random) => ((string[])["{{x}}", "{{x.output}}", "$x", "$.x", "<x.output>", "${x.output}", "{x}", "{{ steps.x.output }}", "#x", "x.output"]).SelectMany(style => Styled(plan, random, style, isNamed: true))),
        Damage.Repaired("the same, and its edge removed", (plan, random) => ((string[])["{{x}}", "{{x.output}}", "$x", "$.x", "<x.output>", "${x.output}", "{x}"]).SelectMany(style => Styled(plan, random, style, isNamed: false))),
        Damage.Repaired("reference by a path", (plan, random) => Damage.OnReference(plan, random, (reference, _) => reference["$output"] = $"$.{reference["$output"]}.output")),
        Damage.Refused("a mark lost in a Python dict", [PlanDiagnosticCode.Malformed, PlanDiagnosticCode.CutOff], (plan, random) => Damage.LoseMark(Python(plan.Json), random, "'\"")),
        Damage.Refused("order beside the list", [PlanDiagnosticCode.Malformed], (plan, _) => [plan.Text[..^1] + ",\"edges\":[[\"step-1\",\"step-2\"]]}"]),
        Damage.Refused("reference with a filter", [PlanDiagnosticCode.InvalidArguments], (plan, random) => Styled(plan, random, "{{x | upper}}", isNamed: true)),
        Damage.Refused("reference that may be a text", [PlanDiagnosticCode.InvalidArguments], (plan, random) => Styled(plan, random, "#x", isNamed: false)),
    ];

    private static string Draft(RequestPlan plan)
    {
        RequestPlan draft = plan.Copy();
        draft.Subtasks[0]!["arguments"] = new JsonObject { ["inputs"] = new JsonArray("draft") };
        return draft.Text;
    }

    private static IEnumerable<string> Styled(RequestPlan plan, SeededRandom random, string style, bool isNamed) => Damage.OnReference(plan, random, (reference, user) =>
    {
        string id = $"{reference["$output"]}";
        if (!isNamed)
        {
            Damage.Remove(user, reference);
        }

        reference.ReplaceWith(style.Replace("x", id, StringComparison.Ordinal).Replace($"e{id}", "ex", StringComparison.Ordinal));
    });

    private static string Keyed(RequestPlan plan)
    {
        var keyed = new JsonObject();
        foreach (JsonNode? subtask in plan.Copy().Subtasks)
        {
            JsonObject copy = subtask!.DeepClone().AsObject();
            string id = $"{copy["id"]}";
            copy.Remove("id");
            keyed[id] = copy;
        }

        return new JsonObject { ["subtasks"] = keyed }.ToJsonString();
    }

    private static string Numbered(string text)
    {
        for (int i = 99; i > 0; i--)
        {
            text = text.Replace($"\"$output\":\"step-{i}\"", $"\"$output\":\"{i}\"", StringComparison.Ordinal).Replace($"\"step-{i}\"", $"{i}", StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The text with other marks outside its strings.</summary>
    private static string Outside(string text, Func<char, string> write)
    {
        var written = new StringBuilder();
        bool isString = false;
        for (int i = 0; i < text.Length; i++)
        {
            isString ^= text[i] == '"';
            written.Append(isString || text[i] == '"' ? $"{text[i]}" : write(text[i]));
            if (isString && text[i] == '\\')
            {
                written.Append(text[++i]);
            }
        }

        return written.ToString();
    }

    private static string WithoutQuotes(JsonNode? node) => node switch
    {
        JsonObject json => "{" + string.Join(", ", json.Select(property => $"{(property.Key.StartsWith('$') ? $"\"{property.Key}\"" : property.Key)}: {WithoutQuotes(property.Value)}")) + "}",
        JsonArray array => "[" + string.Join(", ", array.Select(WithoutQuotes)) + "]",
        null => "null",
        _ => node.ToJsonString(),
    };

    /// <summary>A value as Python shows it.</summary>
    private static string Python(JsonNode? node) => node switch
    {
        null => "None",
        JsonObject json => "{" + string.Join(", ", json.Select(property => $"{Python(property.Key)}: {Python(property.Value)}")) + "}",
        JsonArray array => "[" + string.Join(", ", array.Select(Python)) + "]",
        _ when node.GetValueKind() == JsonValueKind.String => Python(node.GetValue<string>()),
        _ => node.ToJsonString(),
    };

    private static string Python(string text)
    {
        char quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
        return $"{quote}{(quote == '\'' ? escaped.Replace("'", "\\'", StringComparison.Ordinal) : escaped)}{quote}";
    }
}
