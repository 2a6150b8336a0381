using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Execution;

/// <summary>A run that has ended in this process: its state, and the inputs of its subtasks.</summary>
/// <param name="State">The state.</param>
/// <param name="Inputs">The inputs.</param>
internal sealed record EndedRun(RunState State, InputBinder Inputs);
