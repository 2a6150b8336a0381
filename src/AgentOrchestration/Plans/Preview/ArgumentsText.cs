using System.Runtime.InteropServices;
using System.Text.Json;

namespace AgentOrchestration.Plans.Preview;

/// <summary>JSON that a plan holds as it is can say what nobody can read: half of a surrogate pair, or a depth that ends every stack.</summary>
internal static class ArgumentsText
{
    /// <summary>The depth that the serializer reads when it is not told another.</summary>
    public const int DefaultMaxDepth = 64;

    /// <summary>Why it cannot be read, or <see langword="null"/>.</summary>
    public static string? WhyUnreadable(JsonElement element, int maxDepth = DefaultMaxDepth)
    {
        var reader = new Utf8JsonReader(
            JsonMarshal.GetRawUtf8Value(element),
            new JsonReaderOptions { MaxDepth = maxDepth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (JsonException)
        {
            return $"It is nested deeper than {maxDepth} levels.";
        }
        catch (InvalidOperationException)
        {
            return "It holds text that is not valid Unicode.";
        }

        return null;
    }
}
