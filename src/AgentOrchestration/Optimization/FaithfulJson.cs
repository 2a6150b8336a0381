using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AgentOrchestration.Optimization;

/// <summary>
/// Writes outputs whose JSON gives them back as they were, and refuses others: those that hold, at any depth, an instance of another type
/// than the declared one, and those that lose something when they are read. Collections behind interfaces count by their content.
/// </summary>
internal sealed class FaithfulJson
{
    private readonly JsonSerializerOptions _options;

    public FaithfulJson(JsonSerializerOptions options)
    {
        _options = new JsonSerializerOptions(options) { TypeInfoResolver = options.TypeInfoResolver?.WithAddedModifier(Guard) };
        _options.Converters.Insert(0, new RefusingObjectConverter());
        _options.MakeReadOnly();
    }

    /// <exception cref="NotSupportedException">The output would not be read back as it is.</exception>
    public byte[] Write(object? output, Type type)
    {
        JsonTypeInfo typeInfo = _options.GetTypeInfo(type);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(output, typeInfo);
        byte[] again = JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(json, typeInfo), typeInfo);
        return json.AsSpan().SequenceEqual(again)
            ? json
            : throw new NotSupportedException($"A {type} loses something when it is read back from its JSON: a property that cannot be set, for example.");
    }

    public object? Read(byte[] json, Type type) => JsonSerializer.Deserialize(json, _options.GetTypeInfo(type));

    private static void Guard(JsonTypeInfo typeInfo)
    {
        bool isCollection = typeInfo.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary;
        if (typeInfo.Kind == JsonTypeInfoKind.None || (isCollection && typeInfo.Type.IsInterface))
        {
            return;
        }

        Type declared = typeInfo.Type;
        Action<object>? own = typeInfo.OnSerializing;
        typeInfo.OnSerializing = value =>
        {
            if (value.GetType() != declared)
            {
                throw new NotSupportedException(
                    $"A {value.GetType()} stands where a {declared} is declared, and would be read back as one. Declare the type itself, or name it with [JsonDerivedType].");
            }

            own?.Invoke(value);
        };
    }
}
