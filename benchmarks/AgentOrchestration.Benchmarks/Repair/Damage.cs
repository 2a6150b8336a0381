using System.Text.Json.Nodes;
using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>A kind of damage to an answer.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Expectation">What should become of it.</param>
/// <param name="Codes">The diagnostics of which one must be told.</param>
/// <param name="Apply">Makes the damaged texts of a plan; none where the plan has nothing to damage.</param>
internal sealed record Damage(string Kind, Expectation Expectation, PlanDiagnosticCode[] Codes, Func<RequestPlan, SeededRandom, IEnumerable<string>> Apply)
{
    public static IReadOnlyList<Damage> All { get; } =
    [
        Repaired("wrapped in a code fence", (plan, _) => [$"```json\n{plan.Text}\n```"]),
        Repaired("wrapped in prose", (plan, _) => [$"Here is the plan, {{as asked}}:\n\n{plan.Text}\n\nTell me if I shall go on."]),
        Repaired("wrapped in both", (plan, _) => [$"Sure!\n```json\n{plan.Text}\n```\nIt runs in order."]),
        Repaired("edge doubled", (plan, random) => OnEdge(plan, random, any: true, (ids, edge, _) => ids.Add(ids[edge]!.DeepClone()))),
        Repaired("name for id in an edge", (plan, random) => OnEdge(plan, random, any: true, (ids, edge, _) => ids[edge] = NameOf(plan, ids[edge]!))),
        Repaired("space around an id in an edge", (plan, random) => OnEdge(plan, random, any: true, (ids, edge, _) => ids[edge] = $" {ids[edge]} ")),
        Repaired("name for id in an argument", (plan, random) => OnReference(plan, random, (reference, _) => reference["$output"] = NameOf(plan, reference["$output"]!))),
        Repaired("space around an id in an argument", (plan, random) => OnReference(plan, random, (reference, _) => reference["$output"] = $"{reference["$output"]}\n")),
        Repaired("edge of an argument removed", (plan, random) => OnReference(plan, random, (reference, user) => Remove(user, reference))),
        Repaired("edge of an argument reversed", (plan, random) => OnReference(plan, random, (reference, user) =>
        {
            Remove(user, reference);
            Find(user.Root, reference["$output"]!)["dependsOn"]!.AsArray().Add(user["id"]!.DeepClone());
        })),
        Refused("cut at every byte", [PlanDiagnosticCode.CutOff], (plan, _) => Enumerable.Range(1, plan.Text.Length - 1).Select(length => plan.Text[..length])),
        Refused("a bracket, brace, quote, colon or comma lost", [PlanDiagnosticCode.Malformed, PlanDiagnosticCode.CutOff], (plan, random) => LoseMark(plan.Text, random, "\"")),
        Refused("two plans in one answer", [PlanDiagnosticCode.Malformed], (plan, random) => OnSubtask(plan, random, subtask => subtask["arguments"] = new JsonObject { ["inputs"] = new JsonArray("other") }).Select(other => $"{plan.Text}\nor\n{other}")),
        Refused("unknown property", [PlanDiagnosticCode.Malformed], (plan, random) => OnSubtask(plan, random, subtask => subtask["code"] = "rm -rf /")),
        Refused("property repeated", [PlanDiagnosticCode.Malformed], (plan, random) => [ReplaceFirst(plan.Text, random, "\"type\":", "\"type\":\"other\",\"type\":")]),
        Refused("value of the wrong kind", [PlanDiagnosticCode.Malformed], (plan, random) => OnSubtask(plan, random, subtask => subtask["dependsOn"] = true)),
        Refused("limits of its own", [PlanDiagnosticCode.NotAllowed], (plan, random) => OnSubtask(plan, random, subtask => subtask["policy"] = new JsonObject { ["requiresApproval"] = false })),
        Refused("id renamed", [PlanDiagnosticCode.UnknownDependency], (plan, random) => OnEdge(plan, random, any: true, (ids, edge, user) => Find(user.Root, ids[edge]!)["id"] = "other")),
        Refused("id duplicated", [PlanDiagnosticCode.DuplicateId], (plan, random) => OnEdge(plan, random, any: true, (ids, edge, user) => user["id"] = ids[edge]!.DeepClone())),
        Refused("confusable id", [PlanDiagnosticCode.InvalidId], (plan, random) => OnSubtask(plan, random, subtask => subtask["id"] = $"{subtask["id"]}".Replace('e', 'е'))),
        Refused("confusable id in an edge", [PlanDiagnosticCode.UnknownDependency], (plan, random) => OnEdge(plan, random, any: true, (ids, edge, _) => ids[edge] = $"{ids[edge]}".Replace('e', 'е'))),
        Refused("unknown id in an edge", [PlanDiagnosticCode.UnknownDependency], (plan, random) => OnEdge(plan, random, any: true, (ids, edge, _) => ids[edge] = "step-99")),
        Refused("unknown id in an argument", [PlanDiagnosticCode.ReferenceToNoDependency], (plan, random) => OnReference(plan, random, (reference, _) => reference["$output"] = "step-99")),
        Refused("part of an output that is not there", [PlanDiagnosticCode.ReferenceTypeMismatch], (plan, random) => OnReference(plan, random, (reference, user) => user["arguments"] = new JsonObject { ["inputs"] = new JsonObject { ["$output"] = $"{reference["$output"]}/rows" } })),
        Refused("type misspelt", [PlanDiagnosticCode.UnknownTaskType], (plan, random) => OnSubtask(plan, random, subtask => subtask["type"] = $"{subtask["type"]}"[1..])),
        Refused("type in capitals", [PlanDiagnosticCode.UnknownTaskType], (plan, random) => OnSubtask(plan, random, subtask => subtask["type"] = $"{subtask["type"]}".ToUpperInvariant())),
        Refused("argument of the wrong kind", [PlanDiagnosticCode.InvalidArguments], (plan, random) => OnSubtask(plan, random, subtask => subtask["arguments"] = new JsonObject { ["inputs"] = "text" })),
        Refused("depends on itself", [PlanDiagnosticCode.SelfDependency], (plan, random) => OnSubtask(plan, random, subtask => subtask["dependsOn"]!.AsArray().Add(subtask["id"]!.DeepClone()))),
        Refused("circle of order", [PlanDiagnosticCode.Cycle], (plan, random) => OnEdge(plan, random, any: false, (ids, edge, user) => Find(user.Root, ids[edge]!)["dependsOn"]!.AsArray().Add(user["id"]!.DeepClone()))),
        Undetectable("edge of order removed", (plan, random) => OnEdge(plan, random, any: false, (ids, edge, _) => ids.RemoveAt(edge))),
        Undetectable("edge of order reversed", (plan, random) => OnEdge(plan, random, any: false, (ids, edge, user) =>
        {
            JsonNode source = ids[edge]!;
            ids.RemoveAt(edge);
            Find(user.Root, source)["dependsOn"]!.AsArray().Add(user["id"]!.DeepClone());
        })),
        .. AnswerDamage.All,
    ];

    public static Damage Repaired(string kind, Func<RequestPlan, SeededRandom, IEnumerable<string>> apply) => new(kind, Expectation.Repaired, [], apply);

    public static Damage Refused(string kind, PlanDiagnosticCode[] codes, Func<RequestPlan, SeededRandom, IEnumerable<string>> apply) => new(kind, Expectation.Refused, codes, apply);

    private static Damage Undetectable(string kind, Func<RequestPlan, SeededRandom, IEnumerable<string>> apply) => new(kind, Expectation.Undetectable, [], apply);

    public static IEnumerable<string> OnSubtask(RequestPlan plan, SeededRandom random, Action<JsonObject> damage)
    {
        RequestPlan copy = plan.Copy();
        damage(copy.Subtasks[random.Below(copy.Subtasks.Count)]!.AsObject());
        return [copy.Text];
    }

    /// <summary>Damages the first subtask, which depends on nothing.</summary>
    public static IEnumerable<string> OnRoot(RequestPlan plan, Action<JsonObject> damage)
    {
        RequestPlan copy = plan.Copy();
        damage(copy.Subtasks[0]!.AsObject());
        return [copy.Text];
    }

    /// <summary>Damages a dependency: one of any kind, or of those whose output is not used.</summary>
    public static IEnumerable<string> OnEdge(RequestPlan plan, SeededRandom random, bool any, Action<JsonArray, int, JsonObject> damage)
    {
        RequestPlan copy = plan.Copy();
        (JsonObject User, int Edge)[] edges =
        [
            .. from user in copy.Subtasks.Select(subtask => subtask!.AsObject())
               from edge in Enumerable.Range(0, user["dependsOn"]!.AsArray().Count)
               where any || ReferencesOf(user).All(reference => $"{reference["$output"]}" != $"{user["dependsOn"]![edge]}")
               select (user, edge),
        ];
        if (edges.Length == 0)
        {
            return [];
        }

        (JsonObject chosen, int index) = edges[random.Below(edges.Length)];
        damage(chosen["dependsOn"]!.AsArray(), index, chosen);
        return [copy.Text];
    }

    public static IEnumerable<string> OnReference(RequestPlan plan, SeededRandom random, Action<JsonObject, JsonObject> damage)
    {
        RequestPlan copy = plan.Copy();
        (JsonObject Reference, JsonObject User)[] references =
            [.. copy.Subtasks.Select(subtask => subtask!.AsObject()).SelectMany(user => ReferencesOf(user).Select(reference => (reference, user)))];
        if (references.Length == 0)
        {
            return [];
        }

        (JsonObject reference, JsonObject chosen) = references[random.Below(references.Length)];
        damage(reference, chosen);
        return [copy.Text];
    }

    /// <summary>Each of the marks that hold the text together is lost once, a tenth of them for each plan.</summary>
    public static IEnumerable<string> LoseMark(string text, SeededRandom random, string quotes)
    {
        char quote = default;
        List<int> marks = [];
        for (int i = 0; i < text.Length; i++)
        {
            bool isString = quote != default;
            if (isString ? text[i] == quote : quotes.Contains(text[i], StringComparison.Ordinal))
            {
                quote = isString ? default : text[i];
                marks.Add(i);
            }
            else if (isString && text[i] == '\\')
            {
                i++;
            }
            else if (!isString && "[]{}:,".Contains(text[i], StringComparison.Ordinal) && i > 0)
            {
                marks.Add(i);
            }
        }

        return random.Distinct(Math.Max(1, marks.Count / 10), marks.Count, from: 0).Select(mark => text.Remove(marks[mark], 1));
    }

    private static IEnumerable<JsonObject> ReferencesOf(JsonObject subtask) => subtask["arguments"]!["inputs"]!.AsArray().OfType<JsonObject>();

    private static JsonNode Find(JsonNode root, JsonNode id) => root["subtasks"]!.AsArray().First(subtask => $"{subtask!["id"]}" == $"{id}")!;

    private static JsonNode NameOf(RequestPlan plan, JsonNode id) => Find(plan.Json, id)["name"]!.DeepClone();

    public static void Remove(JsonObject user, JsonObject reference)
    {
        JsonArray ids = user["dependsOn"]!.AsArray();
        ids.Remove(ids.First(id => $"{id}" == $"{reference["$output"]}"));
    }

    private static string ReplaceFirst(string text, SeededRandom random, string old, string replacement)
    {
        int place = text.IndexOf(old, StringComparison.Ordinal);
        for (int i = random.Below(2); i > 0; i--)
        {
            place = text.IndexOf(old, place + 1, StringComparison.Ordinal);
        }

        return text.Remove(place, old.Length).Insert(place, replacement);
    }
}
