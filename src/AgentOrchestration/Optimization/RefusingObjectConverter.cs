using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Optimization;

/// <summary>What is declared as <see cref="object"/> is read back as JSON, whatever it was: only JSON stays what it is.</summary>
internal sealed class RefusingObjectConverter : JsonConverter<object>
{
    public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

    public override void Write(Utf8JsonWriter writer, object value, JsonSerializerOptions options)
    {
        if (value is not JsonElement element)
        {
            throw new NotSupportedException($"A {value.GetType()} stands where an object is declared, and would be read back as JSON. Declare the type itself.");
        }

        element.WriteTo(writer);
    }
}
