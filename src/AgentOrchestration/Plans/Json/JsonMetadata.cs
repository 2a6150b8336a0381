using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AgentOrchestration.Plans.Json;

/// <summary>Finds how a type is written as JSON. Where it is not known, the error names the attribute to add.</summary>
internal static class JsonMetadata
{
    /// <exception cref="NotSupportedException">Nothing is known of the type, or of one that it holds.</exception>
    public static JsonTypeInfo Of(JsonSerializerOptions options, Type type) =>
        options.TryGetTypeInfo(type, out JsonTypeInfo? typeInfo) ? typeInfo : throw new NotSupportedException($"{Missing(type)} {Remedy(type)}");

    /// <returns>What is missing; <see langword="null"/> when nothing is.</returns>
    public static string? WhyMissing(JsonSerializerOptions options, Type type)
    {
        try
        {
            return options.TryGetTypeInfo(type, out _) ? null : Missing(type);
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException)
        {
            // Of a type that it holds.
            return exception.Message;
        }
    }

    public static string Remedy(Type type) =>
        $"Add [JsonSerializable(typeof({CSharpName.Of(type)}))] to the JsonSerializerContext of options.JsonSerializerOptions.";

    private static string Missing(Type type) => $"There is no JSON metadata for '{CSharpName.Of(type)}'.";
}
