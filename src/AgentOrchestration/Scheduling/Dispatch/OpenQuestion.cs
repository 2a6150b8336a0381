namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>A question that waits for an answer.</summary>
/// <param name="Preparation">What was found out about the subtask.</param>
/// <param name="AskedAt">When the question was asked, in UTC ticks.</param>
internal readonly record struct OpenQuestion(Preparation Preparation, long AskedAt);
