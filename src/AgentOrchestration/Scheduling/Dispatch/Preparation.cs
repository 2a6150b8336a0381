using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>What a host found out about a subtask whose dependencies are done.</summary>
internal sealed class Preparation
{
    /// <summary>Why nothing could be found out; the subtask fails.</summary>
    public SubtaskError? Error { get; init; }

    /// <summary>Whether the condition does not hold; the subtask is skipped.</summary>
    public bool IsConditionFalse { get; init; }

    /// <summary>The question of the approval that it needs.</summary>
    public ApprovalQuestion? Approval { get; init; }

    /// <summary>Equal for equal work; <see langword="null"/> when the work cannot be shared.</summary>
    public string? Identity { get; init; }

    /// <summary>The cached result, when there is one.</summary>
    public CachedOutput? Cached { get; init; }

    /// <summary>What a subtask that is made of others adds; <see langword="null"/> when that is nothing.</summary>
    public GraphGrowth? Growth { get; init; }
}
