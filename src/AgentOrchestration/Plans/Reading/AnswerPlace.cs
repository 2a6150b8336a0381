using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Finds where JSON that is not whole ends.</summary>
internal static class AnswerPlace
{
    /// <param name="json">The beginning of a value, up to the end of a token.</param>
    /// <param name="maxDepth">How deep it may be.</param>
    /// <returns>The value that the end is in or before, as a JSON pointer.</returns>
    public static string EndOf(ReadOnlySpan<byte> json, int maxDepth)
    {
        var open = new List<(JsonPlace Place, bool IsArray, int Count)>();
        JsonPlace place = JsonPlace.Root;

        // A number is only read when something stands behind it.
        var reader = new Utf8JsonReader([.. json, (byte)' '], isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = maxDepth + 1 }));
        while (TryRead(ref reader))
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    place = open[^1].Place.At(Encoding.UTF8.GetString(reader.ValueSpan));
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Add((place, reader.TokenType == JsonTokenType.StartArray, 0));
                    place = reader.TokenType == JsonTokenType.StartArray ? place.At(0) : place;
                    break;
                default:
                    if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                    {
                        open.RemoveAt(open.Count - 1);
                    }

                    if (open.Count > 0)
                    {
                        (JsonPlace parent, bool isArray, int count) = open[^1];
                        open[^1] = (parent, isArray, count + 1);
                        place = isArray ? parent.At(count + 1) : parent;
                    }

                    break;
            }
        }

        return place.ToString();
    }

    private static bool TryRead(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
