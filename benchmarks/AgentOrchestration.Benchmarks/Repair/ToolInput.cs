using System.Text.Json;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>What a tool gets: values, or the outputs of others.</summary>
internal sealed record ToolInput(IReadOnlyList<JsonElement> Inputs);
