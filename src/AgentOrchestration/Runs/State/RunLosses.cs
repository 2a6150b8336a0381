using AgentOrchestration.Graph.Growth;

namespace AgentOrchestration.Runs.State;

/// <summary>What a run has lost, so that it has not succeeded: subtasks that failed, were cancelled or found no budget, and that it cannot do without.</summary>
/// <param name="state">The state of the run.</param>
internal sealed class RunLosses(RunState state)
{
    private List<int>? _undecided;
    private TolerableLosses? _tolerable;

    /// <summary>Whether a subtask has failed that something needs, or that nothing takes.</summary>
    public bool AnyFailed { get; private set; }

    /// <summary>Whether a subtask was cancelled that the run cannot do without, or a part of the plan was never written.</summary>
    public bool AnyCancelled { get; private set; }

    /// <summary>Whether a subtask did not start for want of budget.</summary>
    public bool AnyWithoutBudget { get; private set; }

    public bool IsAny => AnyFailed || AnyCancelled || AnyWithoutBudget;

    /// <summary>A subtask has failed or was cancelled. Whether the run can do without it is not known before its plan is.</summary>
    public void Count(int subtask)
    {
        if (state.IsPlanOpen)
        {
            (_undecided ??= []).Add(subtask);
        }
        else if (state.StateOf(subtask) == SubtaskState.Failed)
        {
            AnyFailed = AnyFailed || !CanDoWithout(subtask);
        }
        else
        {
            AnyCancelled = AnyCancelled || state.Stop is not null || !CanDoWithout(subtask);
        }
    }

    /// <summary>A subtask was skipped.</summary>
    public void CountSkipped(SkipCause cause) => AnyWithoutBudget |= cause.Reason == SkipReason.Budget;

    /// <summary>The run stops: what is not written of its plan is never done.</summary>
    public void CountUnwritten() => AnyCancelled |= state.IsPlanOpen;

    /// <summary>The plan is whole: what was not known before is.</summary>
    public void Decide()
    {
        _undecided?.ForEach(Count);
        _undecided = null;
    }

    /// <summary>Whether the run can succeed though a subtask does not.</summary>
    public bool CanDoWithout(int subtask) => (_tolerable ??= new TolerableLosses(state.Graph)).Contains(subtask);

    /// <summary>The run has grown: what is known of losses is found anew where the growth may change it.</summary>
    public void Forget(GraphGrowth growth) => _tolerable?.Forget(growth);
}
