using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Payloads;

/// <summary>
/// Distinguishes outputs that their JSON returns as they were from others: those that hold an instance of another type than the declared one,
/// members that are not written or not read, a comparer, half a character. Collections behind interfaces count by their content, and what a
/// class of .NET keeps to itself does not count.
/// </summary>
internal sealed class FaithfulJson(JsonSerializerOptions options)
{
    private readonly PayloadShapes _shapes = new(options);
    private UnwritableValues? _unwritable;

    /// <summary>Whether an output is of a type whose values always come back as they were, so that it need not be read to know.</summary>
    public bool IsCertain(object? output, Type type, JsonElement json) => output switch
    {
        JsonElement element => type == typeof(JsonElement) && element.ValueKind != JsonValueKind.Undefined,
        null => false,
        _ => (type.IsInterface || output.GetType() == type) && _shapes.Of(type).IsExact && !Texts.MayHaveReplaced(JsonMarshal.GetRawUtf8Value(json)),
    };

    /// <summary>Compares an output with what was read from its JSON.</summary>
    /// <returns>The first difference, or <see langword="null"/>.</returns>
    public PayloadDifference? Compare(object? output, object? read, Type type, ReadOnlySpan<byte> json) =>
        new PayloadComparison(_shapes, !Texts.MayHaveReplaced(json)).Find(output, read, type);

    /// <summary>Finds a value that JSON cannot hold, as far as that costs little.</summary>
    public PayloadDifference? FindUnwritable(object? output, Type type) => (_unwritable ??= new UnwritableValues(_shapes)).Find(output, type);

    /// <exception cref="NotSupportedException">The output would not be read back as it is.</exception>
    public byte[] Write(object? output, Type type)
    {
        JsonTypeInfo typeInfo = JsonMetadata.Of(options, type);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(output, typeInfo);
        return Compare(output, ReadBack(json, typeInfo, output), type, json) is { } difference
            ? throw new NotSupportedException($"An instance of {CSharpName.Of(output?.GetType() ?? type)} does not come back from its JSON as it was: {difference}.")
            : json;
    }

    private static object? ReadBack(byte[] json, JsonTypeInfo typeInfo, object? output)
    {
        try
        {
            return JsonSerializer.Deserialize(json, typeInfo);
        }
        catch (Exception exception)
        {
            throw new NotSupportedException($"The JSON of an instance of {CSharpName.Of(output?.GetType() ?? typeInfo.Type)} cannot be read back: {exception.Message}", exception);
        }
    }

    public object? Read(ReadOnlySpan<byte> json, Type type) => JsonSerializer.Deserialize(json, JsonMetadata.Of(options, type));
}
