namespace AgentOrchestration.Runs;

/// <summary>A moment at which a run has to end because the code that started it has to.</summary>
/// <param name="At">When, in UTC ticks.</param>
/// <param name="Of">Whose deadline it is, as a message names it.</param>
internal sealed record InheritedDeadline(long At, string Of)
{
    /// <summary>The one that comes first; <see langword="null"/> when there is neither.</summary>
    public static InheritedDeadline? Earlier(InheritedDeadline? first, InheritedDeadline? second) => first is null || second?.At < first.At ? second : first;
}
