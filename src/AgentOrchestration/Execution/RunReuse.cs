using AgentOrchestration.Graph;

namespace AgentOrchestration.Execution;

/// <summary>What a run may reuse of another: results of the same work, by task type, version and input.</summary>
/// <param name="RunId">The other run.</param>
/// <param name="Graph">Its plan, checked again.</param>
public sealed record RunReuse(string RunId, TaskGraph Graph)
{
    /// <summary>The ids of subtasks that are done again all the same, with all that needs them. Default: none.</summary>
    public IReadOnlyList<string> Again { get; init; } = [];

    /// <summary>Names of task types whose versions have changed since; none of their results is reused. Default: none.</summary>
    public IReadOnlyList<string> ChangedTaskTypes { get; init; } = [];
}
