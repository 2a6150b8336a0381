using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>What a host has to do. Attempts to start stand apart: they are nearly all of it.</summary>
internal sealed class HostCommands
{
    /// <summary>The attempts to start, in that order.</summary>
    public List<AttemptStart> Starts { get; } = [];

    /// <summary>Everything else, to be carried out in that order when the attempts have started.</summary>
    public List<HostCommand> Others { get; } = [];

    public void Start(int subtask, int attempt, ResourceLease? lease) => Starts.Add(new AttemptStart(subtask, attempt, lease));

    public void Add(HostCommand command) => Others.Add(command);

    public void Clear()
    {
        Starts.Clear();
        Others.Clear();
    }
}
