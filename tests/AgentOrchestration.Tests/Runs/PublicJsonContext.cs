using System.Text.Json.Serialization;

namespace AgentOrchestration.Tests.Runs;

/// <summary>A context as an application has it that is compiled ahead of time.</summary>
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(RunSnapshot))]
[JsonSerializable(typeof(SubtaskSnapshot))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(PlanDiagnostic))]
[JsonSerializable(typeof(SubtaskError))]
[JsonSerializable(typeof(string))]
internal sealed partial class PublicJsonContext : JsonSerializerContext;
