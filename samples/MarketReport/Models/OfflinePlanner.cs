using System.Text.Json;
using System.Text.Json.Nodes;

namespace MarketReport.Models;

/// <summary>The plan of a market report by rule: collect, analyze and draw side by side, write each section from its analysis, assemble.</summary>
internal static class OfflinePlanner
{
    private static readonly (string TaskType, string Section, string Name)[] Analyses =
    [
        ("analyze_market", "market_overview", "Analyze the market"),
        ("analyze_competitors", "competitor_analysis", "Analyze competitors"),
        ("analyze_trends", "trends_analysis", "Analyze trends"),
        ("assess_opportunities", "recommendations", "Assess opportunities"),
    ];

    /// <param name="rules">The system prompt, which names the task types there are.</param>
    public static string Plan(string rules)
    {
        var subtasks = new JsonArray(Subtask("collect", "collect_data", "Collect data", [], [], 50));
        foreach ((string taskType, string _, string name) in Analyses)
        {
            subtasks.Add(Subtask(taskType, taskType, name, ["collect"], Output("collect"), 100));
        }

        subtasks.Add(Subtask("charts", "generate_charts", "Generate charts", ["collect"], Output("collect"), 300));
        foreach ((string taskType, string section, string _) in Analyses)
        {
            var brief = new JsonObject { ["section"] = section, ["facts"] = Output(taskType) };
            subtasks.Add(Subtask($"write_{section}", "write_section", $"Write {section.Replace('_', ' ')}", [taskType], brief, 30));
        }

        string[] sections = [.. Analyses.Select(analysis => $"write_{analysis.Section}")];
        var parts = new JsonObject
        {
            ["data"] = Output("collect"),
            ["sections"] = new JsonArray([.. sections.Select(Output)]),
            ["charts"] = Output("charts"),
        };
        subtasks.Add(Subtask("assemble", "assemble", "Assemble the report", ["collect", "charts", .. sections], parts, 50));

        string[] unknown = [.. subtasks.Select(subtask => (string)subtask!["type"]!).Distinct().Where(taskType => !rules.Contains(JsonSerializer.Serialize(taskType), StringComparison.Ordinal))];
        return unknown.Length == 0
            ? new JsonObject { ["subtasks"] = subtasks }.ToJsonString()
            : throw new InvalidOperationException($"The offline rules plan market reports only; the prompt has no task type {string.Join(", ", unknown)}.");
    }

    private static JsonObject Subtask(string id, string taskType, string name, string[] dependsOn, JsonObject arguments, double milliseconds) => new()
    {
        ["id"] = id,
        ["name"] = name,
        ["type"] = taskType,
        ["dependsOn"] = new JsonArray([.. dependsOn.Select(dependency => (JsonNode)dependency)]),
        ["arguments"] = arguments,
        ["estimatedMinutes"] = TimeSpan.FromMilliseconds(milliseconds).TotalMinutes,
    };

    private static JsonObject Output(string id) => new() { ["$output"] = id };
}
