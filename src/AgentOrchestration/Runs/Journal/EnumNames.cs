using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs.Journal;

/// <summary>Values of enums as words in lower case; numbers, combinations and other spellings are refused.</summary>
internal sealed class EnumNames<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<string, T> Values =
        Enum.GetValues<T>().ToDictionary(value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()), StringComparer.Ordinal);

    private static readonly Dictionary<T, JsonEncodedText> Names = Values.ToDictionary(pair => pair.Value, pair => JsonEncodedText.Encode(pair.Key));

    /// <summary>The word for a value.</summary>
    public static JsonEncodedText NameOf(T value) => Names[value];

    /// <exception cref="JsonException">It is not the word for a value.</exception>
    public static T Read(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && Values.TryGetValue(reader.GetString()!, out T value)
            ? value
            : throw new JsonException($"It is none of {string.Join(", ", Values.Keys)}.");

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Names[value]);
}
