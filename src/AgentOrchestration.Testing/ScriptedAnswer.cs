namespace AgentOrchestration.Testing;

/// <summary>What a scripted model says, and how it fails when it does.</summary>
internal sealed record ScriptedAnswer(string Text, Exception? Failure = null);
