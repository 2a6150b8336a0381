namespace AgentOrchestration.Planning;

/// <summary>Receives a plan while it is being written.</summary>
/// <param name="OnSubtask">A subtask has become known, as it will stand in the plan if nothing has to be repaired.</param>
/// <param name="OnRefused">The plan was refused; another follows, or none.</param>
internal sealed record PlanDraft(Action<Subtask> OnSubtask, Action OnRefused);
