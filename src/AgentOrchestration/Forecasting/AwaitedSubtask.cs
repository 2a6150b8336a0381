namespace AgentOrchestration;

/// <summary>Describes a subtask that another one waits for.</summary>
/// <example>
/// <code>
/// foreach (AwaitedSubtask awaited in run.Explain("summary").Dependencies)
/// {
///     Console.WriteLine($"waits for {awaited.SubtaskId} ({awaited.State})");
/// }
/// </code>
/// </example>
public sealed class AwaitedSubtask
{
    internal AwaitedSubtask(string subtaskId, SubtaskState state)
    {
        SubtaskId = subtaskId;
        State = state;
    }

    /// <summary>Gets the id of the subtask.</summary>
    /// <value>An id of the same run.</value>
    public string SubtaskId { get; }

    /// <summary>Gets the state of the subtask.</summary>
    /// <value>The state at the moment of the explanation.</value>
    public SubtaskState State { get; }
}
