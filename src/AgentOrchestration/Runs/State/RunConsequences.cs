namespace AgentOrchestration.Runs.State;

/// <summary>What follows from a fact for other subtasks. Reused from fact to fact.</summary>
internal sealed class RunConsequences
{
    /// <summary>Subtasks whose dependencies have all ended as they must, in the order of the plan where one fact frees several.</summary>
    public Queue<int> Ready { get; } = new();

    /// <summary>Subtasks that can no longer run, and why.</summary>
    public Stack<(int Subtask, SkipCause Cause)> Skipped { get; } = new();

    public bool Any => Ready.Count > 0 || Skipped.Count > 0;
}
