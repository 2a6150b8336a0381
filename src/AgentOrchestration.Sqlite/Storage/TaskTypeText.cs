using System.Text.Json;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The task types that a run needs as one text: a JSON array, in ordinal order.</summary>
internal static class TaskTypeText
{
    public static string? Write(IEnumerable<string> taskTypes)
    {
        string[] names = [.. taskTypes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            return null;
        }

        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartArray();
            foreach (string name in names)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(content.GetBuffer(), 0, (int)content.Length);
    }

    public static string[] Read(string? text)
    {
        if (text is null)
        {
            return [];
        }

        using JsonDocument document = JsonDocument.Parse(text);
        return [.. document.RootElement.EnumerateArray().Select(name => name.GetString()!)];
    }
}
