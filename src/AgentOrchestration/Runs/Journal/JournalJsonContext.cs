using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Journal;

/// <summary>Strict on reading: no unknown, missing or repeated property, so that nothing of a journal is passed over or made up in silence.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = false,
    MaxDepth = JournalJson.MaxDepth,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(IReadOnlyList<ModelUsage>))]
[JsonSerializable(typeof(SubtaskError))]
[JsonSerializable(typeof(RunHeader))]
[JsonSerializable(typeof(CommandDocument))]
[JsonSerializable(typeof(ReplyDocument))]
internal sealed partial class JournalJsonContext : JsonSerializerContext;
