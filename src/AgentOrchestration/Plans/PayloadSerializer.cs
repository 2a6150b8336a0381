using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Plans;

/// <summary>Writes and reads the inputs and outputs of tasks as JSON.</summary>
internal sealed class PayloadSerializer(JsonSerializerOptions options)
{
    private readonly ConcurrentDictionary<Type, string?> _missing = [];

    /// <summary>Web naming, enums as strings, numbers as numbers.</summary>
    public static JsonSerializerOptions DefaultOptions { get; } = CreateDefaultOptions();

    public JsonSerializerOptions Options { get; } = options;

    public JsonElement Write(object? payload, Type type) => JsonSerializer.SerializeToElement(payload, JsonMetadata.Of(Options, type));

    public object? Read(JsonElement payload, Type type) => payload.Deserialize(JsonMetadata.Of(Options, type));

    /// <returns>What is missing of a type to write and read it; <see langword="null"/> when nothing is.</returns>
    public string? WhyMissing(Type type) => _missing.GetOrAdd(type, static (missing, options) => JsonMetadata.WhyMissing(options, missing), Options);

    private static JsonSerializerOptions CreateDefaultOptions()
    {
        // The resolver falls back to reflection only where the application has not switched reflection off (trimming, AOT).
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            NumberHandling = JsonNumberHandling.Strict,

            // Tuples consist of fields.
            IncludeFields = true,
            TypeInfoResolver = AIJsonUtilities.DefaultOptions.TypeInfoResolver,
        };
        foreach (JsonConverter converter in AIJsonUtilities.DefaultOptions.Converters)
        {
            options.Converters.Add(converter);
        }

        options.MakeReadOnly();
        return options;
    }
}
