using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Execution.Run;

/// <summary>A command that was read and checked, so that inside the gate it is only carried out.</summary>
/// <param name="Command">As it was sent.</param>
/// <param name="Content">What it asks; <see langword="null"/> when it cannot be carried out.</param>
/// <param name="Subtask">The subtask that it names; -1 for none.</param>
/// <param name="Problem">Why it cannot be carried out.</param>
internal sealed record CheckedCommand(RunCommand Command, CommandDocument? Content, int Subtask, string? Problem);
