using System.Text.Json;

namespace AgentOrchestration.Runs.State;

/// <summary>What somebody is asked to approve.</summary>
internal sealed record ApprovalQuestion(string Fingerprint, JsonElement Arguments);
