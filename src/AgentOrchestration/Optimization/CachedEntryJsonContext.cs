using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Optimization;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(CachedEntry))]
internal sealed partial class CachedEntryJsonContext : JsonSerializerContext;
