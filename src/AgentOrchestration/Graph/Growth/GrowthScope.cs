using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Growth;

/// <summary>What subtasks that are being checked are added to.</summary>
internal sealed class GrowthScope
{
    private readonly GrowingGraph? _graph;
    private readonly Func<string, int?> _indexOf;
    private readonly AdditionDraft? _draft;
    private readonly int _draftAt;

    private GrowthScope(GrowingGraph? graph, Func<string, int?> indexOf, int[] always, AdditionDraft? draft = null)
    {
        _graph = graph;
        _indexOf = indexOf;
        _draft = draft;
        _draftAt = graph?.Count ?? 0;
        Always = always;
        Offset = _draftAt + DraftedCount;
    }

    /// <summary>Nothing: the subtasks are a plan.</summary>
    public static GrowthScope None { get; } = new(null, static _ => null, []);

    /// <summary>The index of the first subtask.</summary>
    public int Offset { get; }

    /// <summary>What every one of the subtasks depends on.</summary>
    public int[] Always { get; }

    /// <summary>What a subtask adds, or what it is made of.</summary>
    /// <param name="graph">The graph of the run.</param>
    /// <param name="parent">The index of the subtask.</param>
    /// <param name="isJoined">Whether it is made of what is added.</param>
    public static GrowthScope Of(GrowingGraph graph, int parent, bool isJoined) =>
        isJoined ? OfParts(graph, parent, SubtaskScope.Of(graph.SubtaskAt(parent), isJoined)) : ForAddition(graph, parent);

    /// <summary>The subtasks of a plan within a plan know each other only.</summary>
    public static GrowthScope ForNestedPlan(GrowingGraph graph) => new(graph, static _ => null, []);

    /// <summary>The subtasks that work through a list know what their parent depends on, by the names that their parent has for it, and not each other.</summary>
    public static GrowthScope ForItems(GrowingGraph graph, int parent) => OfParts(graph, parent, SubtaskScope.OfItems(graph.SubtaskAt(parent).Id));

    /// <summary>More of a plan that is still being written knows what is known of it.</summary>
    public static GrowthScope ForMoreOfPlan(GrowingGraph graph) => new(graph, graph.IndexOf, []);

    /// <summary>The subtasks that an attempt adds know the whole run, and come after their parent.</summary>
    public static GrowthScope ForAddition(GrowingGraph graph, int parent) => new(graph, graph.IndexOf, [parent]);

    /// <summary>More of what an attempt adds knows what it has added before, too.</summary>
    public static GrowthScope ForAddition(GrowingGraph graph, int parent, AdditionDraft draft)
    {
        int draftAt = graph.Count;
        return new(graph, id => draft.PositionOf(id) is { } position ? draftAt + position : graph.IndexOf(id), [parent], draft);
    }

    /// <summary>The number of subtasks that the same attempt has added before.</summary>
    public int DraftedCount => _draft?.Count ?? 0;

    /// <summary>Whether the subtasks do not know each other, so that an id never means one of them.</summary>
    public bool HidesSiblings { get; private init; }

    public int? IndexOf(string id) => _indexOf(id);

    /// <summary>The position of the subtask of an id among those that the same attempt has added before.</summary>
    public int? DraftedPositionOf(string id) => _draft?.PositionOf(id);

    /// <summary>The id of a subtask that was there before.</summary>
    public string IdOf(int index) => SubtaskAt(index).Id;

    /// <summary>The output of a subtask that was there before.</summary>
    public OutputShape? ShapeOf(int index, ITaskTypeRegistry taskTypes) => OutputShape.Of(SubtaskAt(index), taskTypes);

    private static GrowthScope OfParts(GrowingGraph graph, int parent, SubtaskScope scope) =>
        new(graph, id => scope.Find(id, graph.IndexOf, graph.Dependencies[parent].Contains), []) { HidesSiblings = !scope.KnowsSiblings };

    private Subtask SubtaskAt(int index) => index < _draftAt ? _graph!.SubtaskAt(index) : _draft!.Subtasks[index - _draftAt];
}
