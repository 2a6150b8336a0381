using AgentOrchestration.Graph;

namespace AgentOrchestration.Execution;

/// <summary>Holds what a run may reuse of another: results of the same work, by task type, version and input.</summary>
/// <param name="RunId">The other run.</param>
/// <param name="Graph">Its plan, checked again.</param>
public sealed record RunReuse(string RunId, TaskGraph Graph)
{
    /// <summary>Gets the other run as it ended.</summary>
    /// <value><see langword="null"/> where it has to be read from the store, or its executor knows more of it than a snapshot holds.</value>
    public RunSnapshot? Ended { get; init; }

    /// <summary>Gets the ids of subtasks that are re-run all the same, with all that depends on them.</summary>
    /// <value>The default value is an empty list.</value>
    public IReadOnlyList<string> Rerun { get; init; } = [];

    /// <summary>Gets the names of task types whose versions have changed since; none of their results is reused.</summary>
    /// <value>The default value is an empty list.</value>
    public IReadOnlyList<string> ChangedTaskTypes { get; init; } = [];

    internal EndedRun? Results { get; init; }
}
