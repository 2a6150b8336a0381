using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>
/// A plan that a real model wrote for a real request (TaskBench), as far as it is one: every step has a name of its own, and links are between steps and lead in no circle.
/// A link to a step whose arguments refer to others only is one of order. One to a step that refers to nothing counts as data: most likely the model has left out the reference.
/// </summary>
/// <param name="Steps">How many steps there are.</param>
/// <param name="Data">By step, those whose output it uses.</param>
/// <param name="Order">By step, those that it only comes after.</param>
internal sealed partial record OrderedPlan(int Steps, IReadOnlyList<IReadOnlyList<int>> Data, IReadOnlyList<IReadOnlyList<int>> Order)
{
    public bool HasOrder => Order.Any(order => order.Count > 0);

    /// <summary>Gets whether the longest chain of steps is shorter without the links of order.</summary>
    public bool IsShorterWithoutOrder => DepthOf(Data)! < DepthOf(All(Data, Order))!;

    /// <summary>Gets a step that another only comes after.</summary>
    public int FirstOfOrder => Order.First(order => order.Count > 0)[0];

    public static IReadOnlyList<OrderedPlan> Read(string file) => [.. File.ReadLines(file).Where(line => line.Length > 0).Select(line => Of(JsonElement.Parse(line))).OfType<OrderedPlan>()];

    /// <summary>The plan as the engine runs it: each step asks a model, with the answers that it uses.</summary>
    public TaskPlan ToPlan(string taskType) => TaskPlan.Create(plan =>
    {
        SubtaskRef?[] made = new SubtaskRef?[Steps];
        while (made.Contains(null))
        {
            // In an order in which each comes after what it needs.
            foreach (int step in Enumerable.Range(0, Steps).Where(step => made[step] is null && Data[step].Concat(Order[step]).All(other => made[other] is not null)))
            {
                made[step] = plan.Add(
                    IdOf(step),
                    taskType,
                    new JsonArray([JsonValue.Create(IdOf(step)), .. Data[step].Select(other => made[other]!.Value.Output().ToJsonNode())]),
                    after: Order[step].Select(other => made[other]!.Value));
            }
        }
    });

    public static string IdOf(int step) => string.Create(CultureInfo.InvariantCulture, $"step-{step}");

    private static OrderedPlan? Of(JsonElement written)
    {
        JsonElement[] nodes = [.. written.GetProperty("task_nodes").EnumerateArray()];
        string?[] names = [.. nodes.Select(node => TextOf(node, "task"))];
        if (names.Contains(null) || names.Distinct(StringComparer.Ordinal).Count() < names.Length)
        {
            return null;
        }

        HashSet<int>[] links = [.. names.Select(_ => new HashSet<int>())];
        foreach (JsonElement link in written.GetProperty("task_links").EnumerateArray())
        {
            (int source, int target) = (Array.IndexOf(names, TextOf(link, "source") ?? "?"), Array.IndexOf(names, TextOf(link, "target") ?? "?"));
            if (source < 0 || target < 0)
            {
                return null;
            }

            links[target].Add(source);
        }

        HashSet<int>[] references = [.. nodes.Select(node => node.TryGetProperty("arguments", out JsonElement arguments) ? ReferencesOf(arguments) : [])];
        int[][] valid = [.. references.Select((all, step) => all.Where(other => other >= 0 && other < names.Length && other != step).ToArray())];
        int[][] order = [.. links.Select((sources, step) => references[step].Count == 0 ? [] : sources.Except(references[step]).Order().ToArray())];
        int[][] data = [.. links.Select((sources, step) => sources.Except(order[step]).Union(valid[step]).Order().ToArray())];
        int[][] linked = [.. links.Select(sources => sources.Order().ToArray())];
        return DepthOf(linked) is null ? null
            : DepthOf(All(data, order)) is null ? new OrderedPlan(names.Length, linked, [.. names.Select(_ => Array.Empty<int>())])
            : new OrderedPlan(names.Length, data, order);
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static HashSet<int> ReferencesOf(JsonElement arguments) => [.. Node().Matches(arguments.GetRawText()).Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];

    private static IReadOnlyList<int>[] All(IReadOnlyList<IReadOnlyList<int>> data, IReadOnlyList<IReadOnlyList<int>> order) => [.. data.Zip(order, (used, after) => (IReadOnlyList<int>)[.. used.Union(after)])];

    /// <summary>The length of the longest chain; <see langword="null"/> when there is a circle.</summary>
    private static int? DepthOf(IReadOnlyList<IReadOnlyList<int>> before)
    {
        int?[] depths = new int?[before.Count];
        for (int round = 0; round < before.Count; round++)
        {
            for (int step = 0; step < before.Count; step++)
            {
                depths[step] ??= before[step].All(other => depths[other] is not null) ? 1 + before[step].Select(other => depths[other]!.Value).DefaultIfEmpty().Max() : null;
            }
        }

        return depths.Contains(null) ? null : depths.Max() ?? 0;
    }

    [GeneratedRegex(@"<node-(\d+)>?")]
    private static partial Regex Node();
}
