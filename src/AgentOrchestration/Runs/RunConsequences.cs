namespace AgentOrchestration.Runs;

/// <summary>What follows from a fact for other subtasks. Reused from fact to fact.</summary>
internal sealed class RunConsequences
{
    /// <summary>Subtasks whose dependencies have all succeeded now.</summary>
    public Stack<int> Ready { get; } = new();

    /// <summary>Subtasks that can no longer run, and the subtask whose failure is the cause.</summary>
    public Stack<(int Subtask, int Cause)> Skipped { get; } = new();

    public bool Any => Ready.Count > 0 || Skipped.Count > 0;
}
