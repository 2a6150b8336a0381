using System.Runtime.InteropServices;
using System.Text.Json;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Runs.Journal;

/// <summary>The JSON of journals, headers and outputs: its version, its depth, and what reading damaged JSON throws.</summary>
internal static class JournalJson
{
    /// <summary>The form that this version writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Deeper than anything that is written: outputs within arguments within plans within plans.</summary>
    public const int MaxDepth = 1000;

    /// <summary>The deepest output.</summary>
    public const int MaxOutputDepth = 200;

    private static readonly JsonDocumentOptions BlobOptions = new() { MaxDepth = MaxDepth };

    /// <summary>Refuses an output that a journal could not return.</summary>
    /// <exception cref="JsonException">It is nested too deeply, or a text in it is none.</exception>
    public static void Check(JsonElement output)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(output), new JsonReaderOptions { MaxDepth = MaxOutputDepth });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped && reader.TokenType is (JsonTokenType.String or JsonTokenType.PropertyName) && HoldsHalfCharacter(in reader))
            {
                throw new JsonException("A text in it holds half a character (an unpaired surrogate).");
            }
        }
    }

    /// <summary>An escape may name half a character, of which no text can be made, and which a writer refuses.</summary>
    private static bool HoldsHalfCharacter(in Utf8JsonReader reader)
    {
        try
        {
            _ = reader.GetString();
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    public static JsonElement ReadBlob(ReadOnlyMemory<byte> blob)
    {
        using var document = JsonDocument.Parse(blob, BlobOptions);
        return document.RootElement.Clone();
    }

    public static void CheckVersion(ReadOnlyMemory<byte> content, string what)
    {
        var reader = new Utf8JsonReader(content.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("v"u8))
                {
                    if (reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int version) && version != CurrentVersion)
                    {
                        throw OtherVersion(what, version);
                    }

                    return;
                }
            }
        }
        catch (JsonException)
        {
            // Damaged before its version; who reads it says how.
        }
    }

    /// <summary>What reading of damaged JSON throws, the code of converters included.</summary>
    public static bool IsMisread(Exception exception) =>
        exception is JsonException or NotSupportedException or InvalidOperationException or FormatException or ArgumentException or OverflowException;

    public static RunStoreException OtherVersion(string what, int version) =>
        new($"{what} has the form {version}; this version of the library reads the form {CurrentVersion}. Use the version that wrote it, or a later one.");
}
