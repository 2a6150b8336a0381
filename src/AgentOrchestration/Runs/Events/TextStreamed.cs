namespace AgentOrchestration.Runs.Events;

/// <summary>A subtask has written a piece of text, such as a part of a model's answer.</summary>
/// <param name="Text">The piece.</param>
public sealed record TextStreamed(string Text) : SubtaskTick;
