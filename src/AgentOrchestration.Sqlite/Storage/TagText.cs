using System.Text.Json;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The tags of a run as one text: a JSON object, in the order of the keys.</summary>
internal static class TagText
{
    public static string? Write(IReadOnlyDictionary<string, string> tags)
    {
        if (tags.Count == 0)
        {
            return null;
        }

        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            foreach ((string tag, string value) in tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
            {
                json.WriteString(tag, value);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }

    public static IReadOnlyDictionary<string, string> Read(string? text)
    {
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!string.IsNullOrEmpty(text))
        {
            using JsonDocument document = JsonDocument.Parse(text);
            foreach (JsonProperty tag in document.RootElement.EnumerateObject())
            {
                tags[tag.Name] = tag.Value.GetString()!;
            }
        }

        return tags;
    }
}
