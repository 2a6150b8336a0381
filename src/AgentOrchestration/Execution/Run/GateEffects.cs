using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Execution.Run;

/// <summary>What was decided inside the gate, to be carried out outside.</summary>
internal ref struct GateEffects()
{
    /// <summary>An attempt to begin on this thread.</summary>
    public LocalAttempt? Next { get; set; }

    public int WorkersToCall { get; set; }

    /// <summary>Whether there is something for the journal, and nothing is being written.</summary>
    public bool WakesWriter { get; set; }

    public List<LocalAttempt>? Revoked { get; set; }

    /// <summary>What was about to start when the run was aborted.</summary>
    public IReadOnlyList<AttemptStart> Unused { get; set; } = [];

    public LocalCommand[] HostCommands { get; set; } = [];
}
