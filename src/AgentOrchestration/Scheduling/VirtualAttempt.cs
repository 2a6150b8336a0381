using AgentOrchestration.Runs;

namespace AgentOrchestration.Scheduling;

/// <summary>How an attempt goes in virtual time.</summary>
/// <param name="Duration">How long it takes.</param>
/// <param name="Error">Why it fails; <see langword="null"/> when it succeeds.</param>
internal readonly record struct VirtualAttempt(TimeSpan Duration, SubtaskError? Error = null)
{
    public object? Output { get; init; }
}
