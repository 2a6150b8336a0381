using System.Text.Json.Serialization;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>The documents of the protocol that are read or written as a whole.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OpenAIFile))]
[JsonSerializable(typeof(OpenAIBatchRequest))]
[JsonSerializable(typeof(OpenAIBatch))]
[JsonSerializable(typeof(OpenAIBatchList))]
[JsonSerializable(typeof(OpenAIFailure))]
[JsonSerializable(typeof(OpenAIBatchLine))]
internal sealed partial class OpenAIJsonContext : JsonSerializerContext;
