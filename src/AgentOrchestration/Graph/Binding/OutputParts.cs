using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Graph.Binding;

/// <summary>Finds many parts of one output: each list and each object that holds some of them is gone through once.</summary>
internal sealed class OutputParts
{
    private const int LongestShortName = 128;

    private Dictionary<string, OutputParts>? _within;
    private string? _path;

    /// <summary>The same place, written in another way.</summary>
    private List<string>? _otherPaths;

    /// <summary>Finds the parts at these JSON pointers.</summary>
    /// <returns>The parts that there are, by their pointers.</returns>
    public static Dictionary<string, JsonElement> Find(JsonElement output, IReadOnlyCollection<string> paths)
    {
        var root = new OutputParts();
        foreach (string path in paths)
        {
            root.Want(path);
        }

        Dictionary<string, JsonElement> found = new(paths.Count, StringComparer.Ordinal);
        root.Take(output, found);
        return found;
    }

    private void Want(string path)
    {
        OutputParts part = this;
        for (int start = 1; start <= path.Length;)
        {
            int slash = path.IndexOf('/', start);
            int end = slash < 0 ? path.Length : slash;
            part = part.Within(JsonPointer.Unescape(path[start..end]));
            start = end + 1;
        }

        part._path ??= path;
        if (part._path != path)
        {
            (part._otherPaths ??= []).Add(path);
        }
    }

    private OutputParts Within(string segment)
    {
        _within ??= new(StringComparer.Ordinal);
        if (!_within.TryGetValue(segment, out OutputParts? part))
        {
            _within.Add(segment, part = new OutputParts());
        }

        return part;
    }

    private void Take(JsonElement element, Dictionary<string, JsonElement> found)
    {
        if (_path is not null)
        {
            found[_path] = element;
            _otherPaths?.ForEach(path => found[path] = element);
        }

        if (_within is not null && element.ValueKind == JsonValueKind.Object)
        {
            TakeProperties(_within, element, found);
        }
        else if (_within is not null && element.ValueKind == JsonValueKind.Array)
        {
            TakeItems(_within, element, found);
        }
    }

    /// <summary>Of properties of one name the last counts, as wherever JSON is read.</summary>
    private static void TakeProperties(Dictionary<string, OutputParts> within, JsonElement element, Dictionary<string, JsonElement> found)
    {
        Dictionary<string, OutputParts>.AlternateLookup<ReadOnlySpan<char>> wanted = within.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> shortName = stackalloc char[LongestShortName];
        Dictionary<OutputParts, JsonElement> properties = new(within.Count);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            ReadOnlySpan<byte> name = JsonMarshal.GetRawUtf8PropertyName(property);
            ReadOnlySpan<char> text = name.Length <= LongestShortName && !name.Contains((byte)'\\')
                ? shortName[..Encoding.UTF8.GetChars(name, shortName)]
                : property.Name;
            if (wanted.TryGetValue(text, out OutputParts? part))
            {
                properties[part] = property.Value;
            }
        }

        foreach ((OutputParts part, JsonElement value) in properties)
        {
            part.Take(value, found);
        }
    }

    private static void TakeItems(Dictionary<string, OutputParts> within, JsonElement element, Dictionary<string, JsonElement> found)
    {
        Dictionary<int, OutputParts> items = new(within.Count);
        foreach ((string segment, OutputParts part) in within)
        {
            if (JsonPointer.TryReadIndex(segment, out int index))
            {
                items[index] = part;
            }
        }

        int position = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (items.Count == 0)
            {
                return;
            }

            if (items.Remove(position++, out OutputParts? part))
            {
                part.Take(item, found);
            }
        }
    }
}
