using System.Globalization;
using System.Text.Json;

namespace AgentOrchestration.Plans.Json;

/// <summary>JSON pointers as RFC 6901 defines them.</summary>
internal static class JsonPointer
{
    public static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The pointer for a path as the serializer writes it: <c>$.subtasks[0].id</c>. A name that it had to quote ends it.</summary>
    public static string FromPath(string path)
    {
        int quoted = path.IndexOf("['", StringComparison.Ordinal);
        return (quoted < 0 ? path : path[..quoted])
            .TrimStart('$')
            .Replace("]", "", StringComparison.Ordinal)
            .Replace('[', '/')
            .Replace('.', '/');
    }

    public static IEnumerable<string> Segments(string pointer) =>
        pointer.Length == 0 ? [] : pointer[1..].Split('/').Select(Unescape);

    /// <summary>Whether a segment is an index: digits without a leading zero, as the RFC has it.</summary>
    public static bool TryReadIndex(string segment, out int index)
    {
        index = -1;
        return (segment == "0" || !segment.StartsWith('0')) && int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    public static bool TryResolve(JsonElement root, string pointer, out JsonElement target)
    {
        target = root;
        if (pointer.Length > 0 && pointer[0] != '/')
        {
            return false;
        }

        foreach (string segment in Segments(pointer))
        {
            bool found = target.ValueKind switch
            {
                JsonValueKind.Object => target.TryGetProperty(segment, out target),
                JsonValueKind.Array => TryGetItem(target, segment, out target),
                _ => false,
            };
            if (!found)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryGetItem(JsonElement array, string segment, out JsonElement item)
    {
        bool exists = TryReadIndex(segment, out int index) && index < array.GetArrayLength();
        item = exists ? array[index] : default;
        return exists;
    }

    public static string Unescape(string segment) =>
        segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
