using System.Text.Json;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>Says what is wrong with a plan as it was published, without the library: tasks are known by their names, or by the id where a node has one.</summary>
internal static class ModelOracle
{
    public static IEnumerable<PlanDiagnosticCode> DefectsOf(JsonElement written, IReadOnlySet<string> tools)
    {
        JsonElement[] nodes = [.. written.GetProperty("task_nodes").EnumerateArray()];
        JsonElement[] links = [.. written.GetProperty("task_links").EnumerateArray()];
        string[] names = [.. nodes.Select(node => node.GetProperty("task").GetString()!)];
        string[] ids = [.. nodes.Select(node => ModelPlan.NameOf(node.TryGetProperty("id", out JsonElement id) ? $"{id}" : node.GetProperty("task").GetString()!))];
        (string Source, string Target)[] edges =
        [
            .. links.Where(link => link.EnumerateObject().Select(end => end.Name).Order().SequenceEqual(["source", "target"]))
                .Where(link => link.EnumerateObject().All(end => end.Value.ValueKind == JsonValueKind.String))
                .Select(link => (ModelPlan.NameOf(link.GetProperty("source").GetString()!), ModelPlan.NameOf(link.GetProperty("target").GetString()!))),
        ];
        if (names.Length == 0 && links.Length == 0)
        {
            yield return PlanDiagnosticCode.Empty;
        }

        if (names.Any(name => !tools.Contains(name)))
        {
            yield return PlanDiagnosticCode.UnknownTaskType;
        }

        if (ids.Distinct().Count() < ids.Length)
        {
            yield return PlanDiagnosticCode.DuplicateId;
        }

        if (edges.Any(edge => !ids.Contains(edge.Target)) || links.Length > edges.Length
            || nodes.Any(node => node.EnumerateObject().Any(property => property.Name is not ("task" or "arguments" or "id"))))
        {
            yield return PlanDiagnosticCode.Malformed;
        }

        if (edges.Any(edge => !ids.Contains(edge.Source) && edges.All(other => other.Target != edge.Source)))
        {
            yield return PlanDiagnosticCode.UnknownDependency;
        }

        if (edges.Any(edge => edge.Source == edge.Target))
        {
            yield return PlanDiagnosticCode.SelfDependency;
        }

        if (edges.Where(edge => edge.Source != edge.Target).Any(edge => Leads(edge.Target, edge.Source, edges, [])))
        {
            yield return PlanDiagnosticCode.Cycle;
        }
    }

    private static bool Leads(string from, string to, (string Source, string Target)[] edges, HashSet<string> seen) =>
        edges.Any(edge => edge.Source == from && edge.Target != from && (edge.Target == to || (seen.Add(edge.Target) && Leads(edge.Target, to, edges, seen))));
}
