using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Plans.Json;

/// <summary>Writes and reads the inputs and outputs of tasks as JSON.</summary>
internal sealed class PayloadSerializer(JsonSerializerOptions options)
{
    /// <summary>That of <see cref="JsonSerializerOptions.MaxDepth"/> where none is set.</summary>
    private const int DefaultDepth = 64;

    [ThreadStatic]
    private static Spare? _spare;

    private readonly ConcurrentDictionary<Type, string?> _missing = [];

    /// <summary>Web naming, enums as strings, numbers as numbers.</summary>
    public static JsonSerializerOptions DefaultOptions { get; } = CreateDefaultOptions();

    public JsonSerializerOptions Options { get; } = options;

    public JsonElement Write(object? payload, Type type)
    {
        JsonTypeInfo typeInfo = JsonMetadata.Of(Options, type);

        // A converter may write another payload meanwhile; one that throws leaves nothing to use again.
        Spare spare = _spare is { } last && last.Options == Options ? last : new Spare(Options);
        _spare = null;
        JsonSerializer.Serialize(spare.Writer, payload, typeInfo);
        spare.Writer.Flush();
        JsonElement written = spare.Pieces.Take(new JsonDocumentOptions { MaxDepth = Options.MaxDepth, AllowDuplicateProperties = Options.AllowDuplicateProperties });
        spare.Writer.Reset();
        _spare = spare;
        return written;
    }

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

    /// <summary>What a thread writes payloads with.</summary>
    private sealed class Spare
    {
        public Spare(JsonSerializerOptions options)
        {
            Options = options;
            Writer = new Utf8JsonWriter(Pieces, new JsonWriterOptions
            {
                Encoder = options.Encoder,
                Indented = options.WriteIndented,
                IndentCharacter = options.IndentCharacter,
                IndentSize = options.IndentSize,
                NewLine = options.NewLine,
                MaxDepth = options.MaxDepth == 0 ? DefaultDepth : options.MaxDepth,
                SkipValidation = true,
            });
        }

        public JsonSerializerOptions Options { get; }

        public JsonPieces Pieces { get; } = new();

        public Utf8JsonWriter Writer { get; }
    }
}
