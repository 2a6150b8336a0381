using System.Text.Json;

namespace AgentOrchestration.Runs.Events;

/// <summary>A subtask waits for somebody's approval, and holds nothing meanwhile.</summary>
/// <param name="Fingerprint">Stands for exactly this subtask of this run with exactly these arguments; an approval names it.</param>
/// <param name="Arguments">The input that the subtask will have, every reference replaced by what it stands for.</param>
public sealed record ApprovalRequested(string Fingerprint, JsonElement Arguments) : SubtaskEvent;
