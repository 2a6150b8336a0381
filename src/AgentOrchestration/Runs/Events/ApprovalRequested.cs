using System.Text.Json;

namespace AgentOrchestration.Runs.Events;

/// <summary>Reports that a subtask waits for an approval; it holds nothing meanwhile.</summary>
/// <param name="Fingerprint">Identifies exactly this subtask of this run with exactly these arguments; an approval names it.</param>
/// <param name="Arguments">The input that the subtask will have, every reference replaced by its value.</param>
public sealed record ApprovalRequested(string Fingerprint, JsonElement Arguments) : SubtaskEvent;
