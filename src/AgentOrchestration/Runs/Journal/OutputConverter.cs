using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs.Journal;

/// <summary>An output as it was written: strictness is for what the journal says, not for what it carries.</summary>
internal sealed class OutputConverter : JsonConverter<JsonElement>
{
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => value.WriteTo(writer);
}
