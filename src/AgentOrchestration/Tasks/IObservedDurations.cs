namespace AgentOrchestration.Tasks;

/// <summary>
/// How long task types took in the runs of this process. Forecasts use it. In the container; save and restore it to know it in the next
/// process too. Safe for concurrent use.
/// </summary>
public interface IObservedDurations
{
    /// <summary>
    /// How long one attempt of a subtask is expected to take: its plan's estimate, times what its task type took on average for each
    /// estimated second; without an estimate, or with one of zero, what its task type took on average. Averages are geometric means.
    /// </summary>
    /// <param name="subtask">The subtask.</param>
    /// <returns>At most 366 days; <see langword="null"/> when the subtask has no estimate and its task type was not observed.</returns>
    TimeSpan? Expect(Subtask subtask);

    /// <summary>Observes an attempt that succeeded.</summary>
    /// <param name="subtask">Its subtask.</param>
    /// <param name="duration">How long it took; what is not positive counts as one tick.</param>
    void Observe(Subtask subtask, TimeSpan duration);

    /// <summary>Gets the durations observed so far.</summary>
    /// <returns>One entry for each task type, ordered by its name.</returns>
    IReadOnlyList<ObservedDuration> Snapshot();

    /// <summary>Takes over what was saved. What is already known of these task types is replaced.</summary>
    /// <param name="observed">What was saved.</param>
    /// <exception cref="ArgumentException">A count is negative, or a number is not finite or cannot be. Nothing was taken over.</exception>
    void Restore(IEnumerable<ObservedDuration> observed);
}
