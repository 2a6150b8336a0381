namespace AgentOrchestration.Execution.Secrets;

/// <summary>Appears in a log for an exception that could show a secret.</summary>
#pragma warning disable CA1032, CA1064 // Only a log sees it.
internal sealed class RedactedException(SubtaskError error) : Exception($"{error.Kind}: {error.Message}");
#pragma warning restore CA1032, CA1064
