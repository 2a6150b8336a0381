using System.Text.Json;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Graph.Binding;

/// <summary>The outputs that one binding refers to, each written once however many references there are.</summary>
/// <param name="sources">What the references of the binding refer to.</param>
/// <param name="write">Writes the output of a subtask.</param>
internal sealed class BoundOutputs(IReadOnlyList<OutputSource> sources, Func<int, JsonElement> write)
{
    /// <summary>From so many references on, the parts of an output are found together.</summary>
    private const int Many = 8;

    private int _first = -1;
    private JsonElement _firstOutput;
    private Dictionary<int, JsonElement>? _others;
    private Dictionary<int, Dictionary<string, JsonElement>>? _parts;

    /// <summary>The whole output of a subtask.</summary>
    public JsonElement this[int subtask]
    {
        get
        {
            if (_first == subtask)
            {
                return _firstOutput;
            }

            if (_others is not null && _others.TryGetValue(subtask, out JsonElement output))
            {
                return output;
            }

            output = write(subtask);
            if (_first < 0)
            {
                (_first, _firstOutput) = (subtask, output);
            }
            else
            {
                (_others ??= []).Add(subtask, output);
            }

            return output;
        }
    }

    public bool TryFind(OutputSource source, out JsonElement part)
    {
        JsonElement output = this[source.Subtask];
        return sources.Count < Many ? JsonPointer.TryResolve(output, source.Path, out part) : PartsOf(source.Subtask).TryGetValue(source.Path, out part);
    }

    private Dictionary<string, JsonElement> PartsOf(int subtask)
    {
        if (_parts is null)
        {
            _parts = [];
            foreach (IGrouping<int, string> paths in sources.Where(source => IsPointer(source.Path)).GroupBy(source => source.Subtask, source => source.Path))
            {
                _parts.Add(paths.Key, OutputParts.Find(this[paths.Key], [.. paths]));
            }
        }

        return _parts.TryGetValue(subtask, out Dictionary<string, JsonElement>? parts) ? parts : [];
    }

    private static bool IsPointer(string path) => path.Length == 0 || path[0] == '/';
}
