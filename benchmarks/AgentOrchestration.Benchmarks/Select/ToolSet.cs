using System.Text.Json;
using AgentOrchestration.Benchmarks.Repair;

namespace AgentOrchestration.Benchmarks.Select;

/// <summary>Tools, and requests with the tools that answer them.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Tools">The tools.</param>
/// <param name="Requests">The requests.</param>
internal sealed record ToolSet(string Name, IReadOnlyList<Tool> Tools, IReadOnlyList<ToolRequest> Requests)
{
    public ToolRegistry Registry { get; } = new(Tools);

    /// <summary>Requests with the tools that people have named as right.</summary>
    public static ToolSet Ultratool(string requests, string tools)
    {
        IEnumerable<Tool> known = JsonElement.Parse(File.ReadAllText(tools)).EnumerateObject().Select(tool => new Tool(tool.Name, tool.Value.GetString()!, [], []));
        return new ToolSet(
            "ultratool",
            [.. known],
            [
                .. Lines(requests).Select(line => new ToolRequest(
                    line.GetProperty("request").GetString()!, [.. line.GetProperty("tools").EnumerateArray().Select(tool => tool.GetString()!).Distinct()])),
            ]);
    }

    /// <summary>Requests with the tools that a model has chosen, where they are tools.</summary>
    public static ToolSet TaskBench(string plans, string tools)
    {
        Tool[] known =
        [
            .. JsonElement.Parse(File.ReadAllText(tools)).GetProperty("nodes").EnumerateArray().Select(tool => new Tool(
                ModelPlan.NameOf(tool.GetProperty("id").GetString()!), tool.GetProperty("desc").GetString()!, Texts(tool.GetProperty("input-type")), Texts(tool.GetProperty("output-type")))),
        ];
        HashSet<string> names = [.. known.Select(tool => tool.Name)];
        return new ToolSet(
            Path.GetFileNameWithoutExtension(tools).Replace("tools-", "TaskBench ", StringComparison.Ordinal),
            known,
            [
                .. Lines(plans).Select(line => new ToolRequest(
                    line.GetProperty("user_request").GetString()!,
                    [.. line.GetProperty("task_nodes").EnumerateArray().Select(NameOf).Where(names.Contains).Distinct()])).Where(request => request.Tools.Count > 0),
            ]);
    }

    private static IEnumerable<JsonElement> Lines(string file) => File.ReadLines(file).Where(line => line.Length > 0).Select(line => JsonElement.Parse(line));

    private static string NameOf(JsonElement node) =>
        node.ValueKind == JsonValueKind.Object && node.TryGetProperty("task", out JsonElement task) && task.ValueKind == JsonValueKind.String ? ModelPlan.NameOf(task.GetString()!) : "";

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(text => text.GetString()!)];
}
