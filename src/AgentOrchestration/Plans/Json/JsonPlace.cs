using System.Globalization;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Json;

/// <summary>
/// Where a value appears in arguments. Written out only when it is reported: a name may be as long as all the text, and many values may
/// stand under it.
/// </summary>
internal sealed class JsonPlace
{
    private readonly JsonPlace? _parent;
    private readonly string? _name;
    private readonly int _index;

    private JsonPlace(JsonPlace? parent, string? name, int index)
    {
        _parent = parent;
        _name = name;
        _index = index;
    }

    public static JsonPlace Root { get; } = new(null, null, 0);

    public bool IsRoot => _parent is null;

    public JsonPlace At(string name) => new(this, name, 0);

    public JsonPlace At(int index) => new(this, null, index);

    /// <summary>The place as a JSON pointer, its names cut where they are too long to be read.</summary>
    public override string ToString()
    {
        var segments = new Stack<string>();
        for (JsonPlace place = this; place._parent is { } parent; place = parent)
        {
            segments.Push(place._name is { } name ? JsonPointer.Escape(Excerpt.Of(name)) : place._index.ToString(CultureInfo.InvariantCulture));
        }

        return string.Concat(segments.Select(segment => "/" + segment));
    }
}
