using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>
/// A plan that a real model wrote, in the library's form. A node is a subtask; its id and type are the name of its task, with an
/// underscore for each character that no name may have, because that is what the links call it. <c>&lt;node-i&gt;</c> in an argument is a
/// reference to the i-th node, a link a dependency. A task that is the target of a link and no node is a subtask of which no more is
/// known. What else stands in a node stays as it is.
/// </summary>
internal sealed partial record ModelPlan(JsonElement Written, JsonObject Json)
{
    private const int MaxName = 64;

    public static IEnumerable<ModelPlan> Read(string file) => File.ReadLines(file).Where(line => line.Length > 0).Select(line => Of(JsonElement.Parse(line)));

    public static string NameOf(string task) => NoName().Replace(task.Length > MaxName ? task[..MaxName] : task, "_");

    private static ModelPlan Of(JsonElement written)
    {
        JsonElement[] nodes = [.. written.GetProperty("task_nodes").EnumerateArray()];
        var subtasks = new JsonArray();
        foreach (JsonElement node in nodes)
        {
            subtasks.Add(SubtaskOf(node, nodes));
        }

        foreach (JsonElement link in written.GetProperty("task_links").EnumerateArray())
        {
            AddLink(subtasks, link);
        }

        return new ModelPlan(written, new JsonObject { ["goal"] = written.GetProperty("user_request").GetString(), ["subtasks"] = subtasks });
    }

    private static JsonObject SubtaskOf(JsonElement node, JsonElement[] nodes)
    {
        var subtask = new JsonObject();
        foreach (JsonProperty property in node.EnumerateObject())
        {
            switch (property.Name)
            {
                case "task" when property.Value.ValueKind == JsonValueKind.String:
                    string task = property.Value.GetString()!;
                    subtask.TryAdd("id", NameOf(task));
                    subtask["name"] = task;
                    subtask["type"] = NameOf(task);
                    break;
                case "arguments" when property.Value.ValueKind == JsonValueKind.Array:
                    subtask["arguments"] = new JsonObject { ["inputs"] = new JsonArray([.. property.Value.EnumerateArray().Select(value => ValueOf(value, nodes))]) };
                    break;
                case "arguments" when property.Value.ValueKind == JsonValueKind.Null:
                    break;
                default:
                    subtask[property.Name] = JsonNode.Parse(property.Value.GetRawText());
                    break;
            }
        }

        return subtask;
    }

    private static JsonNode? ValueOf(JsonElement value, JsonElement[] nodes)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return (JsonNode?)ReferenceOf(value.GetString()!, nodes) ?? JsonValue.Create(value.GetString());
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return JsonNode.Parse(value.GetRawText());
        }

        var copy = new JsonObject();
        foreach (JsonProperty property in value.EnumerateObject())
        {
            copy[property.Name] = ValueOf(property.Value, nodes);
        }

        return copy;
    }

    private static JsonObject? ReferenceOf(string text, JsonElement[] nodes)
    {
        Match match = Node().Match(text);
        if (!match.Success)
        {
            return null;
        }

        string id = int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out int index) && index < nodes.Length && nodes[index].TryGetProperty("task", out JsonElement task) && task.ValueKind == JsonValueKind.String
            ? NameOf(task.GetString()!)
            : $"node-{match.Groups[1].Value}";
        return new JsonObject { ["$output"] = id };
    }

    private static void AddLink(JsonArray subtasks, JsonElement link)
    {
        // What is no link between two names stays where it can be seen to be none.
        string? source = link.TryGetProperty("source", out JsonElement from) && from.ValueKind == JsonValueKind.String ? from.GetString() : null;
        string? target = link.TryGetProperty("target", out JsonElement to) && to.ValueKind == JsonValueKind.String ? to.GetString() : null;
        if (source is null || target is null || link.EnumerateObject().Count() != 2)
        {
            subtasks.Add(new JsonObject { ["link"] = JsonNode.Parse(link.GetRawText()) });
            return;
        }

        JsonObject? subtask = subtasks.OfType<JsonObject>().FirstOrDefault(subtask => $"{subtask["id"]}" == NameOf(target));
        if (subtask is null)
        {
            subtask = new JsonObject { ["id"] = NameOf(target), ["name"] = target };
            subtasks.Add(subtask);
        }

        if (subtask["dependsOn"] is not JsonArray ids)
        {
            subtask["dependsOn"] = ids = [];
        }

        ids.Add(NameOf(source));
    }

    [GeneratedRegex("[^A-Za-z0-9_-]")]
    private static partial Regex NoName();

    [GeneratedRegex(@"^<node-(\d+)>(\.output)?\.?$")]
    private static partial Regex Node();
}
