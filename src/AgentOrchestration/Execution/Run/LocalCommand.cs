using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Execution.Run;

/// <summary>A command of the core, with the attempt that it is about.</summary>
/// <param name="Command">The command.</param>
/// <param name="Attempt">The attempt; <see langword="null"/> for a command about something else, or about an attempt that no longer runs.</param>
internal readonly record struct LocalCommand(HostCommand Command, LocalAttempt? Attempt);
