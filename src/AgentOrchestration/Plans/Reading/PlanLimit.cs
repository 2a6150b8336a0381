namespace AgentOrchestration.Plans.Reading;

/// <summary>What an answer may have too much of, beside bytes.</summary>
internal enum PlanLimit
{
    Subtasks,
    Dependencies,
    Depth,
    Text,
}
