using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>
/// A real request with the tools that answer it, as a model would write it in the library's form: one subtask for each tool, a dependency
/// for each link. Every other link is also an argument, the output of the one for the other; the rest are order alone.
/// </summary>
internal sealed record RequestPlan(IReadOnlyList<string> Tools, JsonObject Json)
{
    public static IEnumerable<RequestPlan> Read(string file) => File.ReadLines(file).Where(line => line.Length > 0).Select(Of);

    public string Text => Json.ToJsonString();

    public JsonArray Subtasks => Json["subtasks"]!.AsArray();

    public RequestPlan Copy() => this with { Json = Json.DeepClone().AsObject() };

    private static RequestPlan Of(string line)
    {
        JsonElement request = JsonElement.Parse(line);
        string[] tools = [.. request.GetProperty("tools").EnumerateArray().Select(tool => tool.GetString()!)];
        string[] steps = [.. request.GetProperty("steps").EnumerateArray().Select(step => step.GetString()!)];
        var subtasks = new JsonArray();
        for (int i = 0; i < tools.Length; i++)
        {
            subtasks.Add(new JsonObject
            {
                ["id"] = IdOf(i),
                ["name"] = $"{tools[i]} {(i + 1).ToString(CultureInfo.InvariantCulture)}",
                ["description"] = i < steps.Length ? steps[i] : "",
                ["type"] = tools[i],
                ["dependsOn"] = new JsonArray(),
                ["arguments"] = new JsonObject { ["inputs"] = new JsonArray(request.GetProperty("request").GetString()) },
                ["estimatedMinutes"] = 1,
                ["resources"] = new JsonObject(),
            });
        }

        int link = 0;
        foreach (JsonElement edge in request.GetProperty("links").EnumerateArray())
        {
            int source = Array.IndexOf(tools, edge.GetProperty("source").GetString());
            int target = Array.LastIndexOf(tools, edge.GetProperty("target").GetString());
            if (source < 0 || target <= source || subtasks[target]!["dependsOn"]!.AsArray().Any(id => (string?)id == IdOf(source)))
            {
                continue;
            }

            subtasks[target]!["dependsOn"]!.AsArray().Add(IdOf(source));
            if (link++ % 2 == 0)
            {
                subtasks[target]!["arguments"]!["inputs"]!.AsArray().Add(new JsonObject { ["$output"] = IdOf(source) });
            }
        }

        return new RequestPlan(tools, new JsonObject { ["goal"] = request.GetProperty("request").GetString(), ["subtasks"] = subtasks });
    }

    private static string IdOf(int index) => $"step-{(index + 1).ToString(CultureInfo.InvariantCulture)}";
}
