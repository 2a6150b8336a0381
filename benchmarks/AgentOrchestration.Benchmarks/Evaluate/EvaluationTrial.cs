using System.Text.Json;
using AgentOrchestration.Benchmarks.Repair;
using AgentOrchestration.Benchmarks.Select;
using AgentOrchestration.Planning;
using AgentOrchestration.Tasks;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Evaluate;

/// <summary>Evaluates planners as an application would: recorded answers go through the model's door, planners without a model through that of decomposers.</summary>
internal static class EvaluationTrial
{
    /// <summary>The right plans of ultratool in the form in which models write them.</summary>
    public static async Task<EvaluationRow> RightPlansAsync(string requests, ToolSet set, CancellationToken cancellationToken)
    {
        using var model = new ScriptedChatClient();
        foreach (RequestPlan plan in RequestPlan.Read(requests))
        {
            model.Answer(plan.Text);
        }

        return new EvaluationRow("ultratool, the right plans", await RunAsync(set.Tools, builder => builder.Services.AddSingleton<IChatClient>(model), ExpectedOf(requests), cancellationToken));
    }

    /// <summary>The first tools that the selector finds, without a model.</summary>
    public static async Task<EvaluationRow> SelectorAsync(string requests, ToolSet set, CancellationToken cancellationToken) => new(
        "ultratool, three best tools in a chain, no model",
        await RunAsync(
            set.Tools,
            builder => builder.UseDecomposer(services => new SelectorPlanner(services.GetRequiredService<ITaskTypeSelector>(), services.GetRequiredService<ITaskTypeRegistry>())),
            ExpectedOf(requests), cancellationToken));

    /// <summary>Plans that a model wrote, against the plans as they were written: what reading and repairing changes.</summary>
    public static async Task<EvaluationRow> RecordedAsync(string plans, ToolSet set, CancellationToken cancellationToken)
    {
        using var model = new ScriptedChatClient();
        List<ExpectedPlan> expected = [];
        foreach (ModelPlan plan in ModelPlan.Read(plans))
        {
            model.Answer(plan.Json.ToJsonString());
            expected.Add(new ExpectedPlan(
                new OrchestrationRequest(plan.Written.GetProperty("user_request").GetString()!),
                [.. plan.Written.GetProperty("task_nodes").EnumerateArray().Select(node => Name(node, "task")).OfType<string>()],
                [.. plan.Written.GetProperty("task_links").EnumerateArray().Select(LinkOf).OfType<ExpectedLink>()]));
        }

        return new EvaluationRow(Path.GetFileNameWithoutExtension(plans), await RunAsync(set.Tools, builder => builder.Services.AddSingleton<IChatClient>(model), expected, cancellationToken));
    }

    private static async Task<PlanEvaluationResult> RunAsync(
        IEnumerable<Tool> tools, Action<IAgentOrchestrationBuilder> configure, IEnumerable<ExpectedPlan> expected, CancellationToken cancellationToken)
    {
        // What a recorded model would have answered to a refusal nobody knows.
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration(options => options.Planning.MaxRepairs = 0);
        foreach (Tool tool in tools)
        {
            builder.AddTaskType(tool.Name, tool.Description, (ToolInput _, TaskContext _, CancellationToken _) => ValueTask.FromResult(""));
        }

        configure(builder);
        await using ServiceProvider services = builder.Services.BuildServiceProvider();
        return await PlanEvaluation.RunAsync(services.GetRequiredService<ITaskOrchestrator>(), expected, cancellationToken);
    }

    private static IEnumerable<ExpectedPlan> ExpectedOf(string requests) => File.ReadLines(requests).Where(line => line.Length > 0).Select(line => JsonElement.Parse(line)).Select(line => new ExpectedPlan(
        new OrchestrationRequest(line.GetProperty("request").GetString()!),
        [.. line.GetProperty("tools").EnumerateArray().Select(tool => tool.GetString()!)],
        [.. line.GetProperty("links").EnumerateArray().Select(link => new ExpectedLink(link.GetProperty("source").GetString()!, link.GetProperty("target").GetString()!))]));

    private static string? Name(JsonElement value, string property) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(property, out JsonElement name) && name.ValueKind == JsonValueKind.String ? ModelPlan.NameOf(name.GetString()!) : null;

    private static ExpectedLink? LinkOf(JsonElement link) => Name(link, "source") is { } from && Name(link, "target") is { } to ? new ExpectedLink(from, to) : null;
}
