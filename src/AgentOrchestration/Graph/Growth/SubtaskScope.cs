namespace AgentOrchestration.Graph.Growth;

/// <summary>
/// Says which subtask an id means in subtasks that another one adds to its run, or is made of: one of themselves, or one that the run had before.
/// </summary>
internal sealed class SubtaskScope
{
    private readonly bool _knowsRun;
    private readonly string? _path;

    private SubtaskScope(bool knowsSiblings, bool knowsRun, string? path = null)
    {
        KnowsSiblings = knowsSiblings;
        _knowsRun = knowsRun;
        _path = path;
    }

    /// <summary>The subtasks of a plan within a plan know only each other.</summary>
    public static SubtaskScope OfNestedPlan { get; } = new(knowsSiblings: true, knowsRun: false);

    /// <summary>The subtasks that an attempt adds know each other and the whole run.</summary>
    public static SubtaskScope OfAddition { get; } = new(knowsSiblings: true, knowsRun: true);

    /// <summary>Gets whether an id means one of the subtasks themselves first.</summary>
    public bool KnowsSiblings { get; }

    /// <summary>The subtasks that work through a list know what their parent depends on, by the names that their parent has for it, and not each other.</summary>
    /// <param name="parentId">The id of the parent in the run.</param>
    public static SubtaskScope OfItems(string parentId) => new(knowsSiblings: false, knowsRun: false, parentId[..(parentId.LastIndexOf('/') + 1)]);

    /// <param name="parent">The subtask, as the run has it.</param>
    /// <param name="isJoined">Whether it is made of what is added.</param>
    public static SubtaskScope Of(Subtask parent, bool isJoined) =>
        !isJoined ? OfAddition : parent.Plan is not null ? OfNestedPlan : OfItems(parent.Id);

    /// <summary>Finds the subtask that the run had before.</summary>
    /// <param name="id">The id, as the added subtasks have it.</param>
    /// <param name="indexOf">Finds a subtask of the run by its id there.</param>
    /// <param name="isDependency">Whether the parent depends on a subtask.</param>
    /// <returns>The index of the subtask, or <see langword="null"/>.</returns>
    public int? Find(string id, Func<string, int?> indexOf, Predicate<int> isDependency)
    {
        return _knowsRun ? indexOf(id) : _path is null ? null : FindDependency(_path + id) ?? FindDependency(id);

        int? FindDependency(string other) => indexOf(other) is { } index && isDependency(index) ? index : null;
    }
}
