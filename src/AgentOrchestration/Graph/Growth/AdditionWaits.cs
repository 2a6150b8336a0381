namespace AgentOrchestration.Graph.Growth;

/// <summary>Who waits for what a growth adds, and which earlier additions it waits for itself.</summary>
/// <param name="Ends">The ends that come with it.</param>
/// <param name="Waits">Who waits for them or, of what is added, for ends that were there before.</param>
internal sealed record AdditionWaits(IReadOnlyList<AdditionEnd> Ends, IReadOnlyList<EndWait> Waits)
{
    /// <summary>Gets the waits of a growth that nobody waits for and that waits for nothing.</summary>
    public static AdditionWaits None { get; } = new([], []);
}
