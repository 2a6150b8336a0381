using System.Text.Json;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Graph.Binding;

/// <summary>
/// Finds the parts of outputs that conditions look at. An output that several conditions look at is written once, and gone through once for all of
/// them; it is dropped with the last of them. Safe for concurrent use.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="write">Writes the output of a subtask.</param>
internal sealed class ConditionParts(GrowingGraph graph, Func<int, JsonElement> write)
{
    // Guards what follows it.
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Watched> _watched = [];
    private int _seen;

    /// <summary>Finds the part that the condition of a subtask looks at, or <see langword="null"/> when the output has none such. Each condition asks once.</summary>
    public JsonElement? Find(OutputSource source)
    {
        Watched? watched;
        lock (_gate)
        {
            LookAtNew();
            if (_watched.TryGetValue(source.Subtask, out watched) && --watched.Left == 0)
            {
                _watched.Remove(source.Subtask);
            }
        }

        return watched is { IsShared: true } ? watched.Find(source, write) : PartOf(write(source.Subtask), source.Path);
    }

    private static JsonElement? PartOf(JsonElement output, string path) => JsonPointer.TryResolve(output, path, out JsonElement part) ? part : null;

    /// <summary>Notes the conditions that the run has had since it last looked; what is added while it looks is noted later.</summary>
    private void LookAtNew()
    {
        int count = graph.Count;
        InputBinding?[] inputs = graph.Inputs;
        for (count = Math.Min(count, inputs.Length); _seen < count; _seen++)
        {
            if (inputs[_seen]?.Condition is not { } source)
            {
                continue;
            }

            if (!_watched.TryGetValue(source.Subtask, out Watched? watched))
            {
                _watched.Add(source.Subtask, watched = new Watched());
            }

            watched.Add(source.Path);
        }
    }

    /// <summary>An output that conditions look at.</summary>
    private sealed class Watched
    {
        // Guards what follows it.
        private readonly Lock _gate = new();
        private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
        private JsonElement? _output;
        private HashSet<string>? _foundPaths;
        private Dictionary<string, JsonElement>? _parts;

        /// <summary>Gets or sets how many conditions have not asked yet.</summary>
        public int Left { get; set; }

        /// <summary>Gets whether more than one condition looks at it.</summary>
        public bool IsShared { get; private set; }

        public void Add(string path)
        {
            lock (_gate)
            {
                IsShared |= Left++ > 0;
                if (path.Length == 0 || path[0] == '/')
                {
                    _paths.Add(path);
                }
            }
        }

        public JsonElement? Find(OutputSource source, Func<int, JsonElement> write)
        {
            lock (_gate)
            {
                JsonElement output = _output ??= write(source.Subtask);
                _foundPaths ??= [.. _paths];
                _parts ??= OutputParts.Find(output, _foundPaths);
                return _parts.TryGetValue(source.Path, out JsonElement part) ? part
                    : _foundPaths.Contains(source.Path) ? null
                    : PartOf(output, source.Path);
            }
        }
    }
}
