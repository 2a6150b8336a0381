namespace AgentOrchestration.Planning;

/// <summary>
/// Selects the task types whose schemas a model is shown when it plans. It is used when more task types are registered than
/// <see cref="PlanningOptions.MaxTaskTypeSchemas"/>; the model sees the others by name and one line, and may request their schemas once. The built-in
/// selector compares words and parts of words, uses <c>IEmbeddingGenerator&lt;string, Embedding&lt;float&gt;&gt;</c> where it is registered, learns which
/// task types were used for similar goals and together, and adds what produces an input that a selected task type needs. Implementations must be
/// safe for concurrent use.
/// </summary>
public interface ITaskTypeSelector
{
    /// <summary>Selects task types for a request.</summary>
    /// <param name="query">The request, the task types, and how many are shown.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <returns>
    /// The names of task types, the best first. Names that are not registered or occur twice are left out, and so is what exceeds
    /// <see cref="TaskTypeQuery.MaxCount"/>.
    /// </returns>
    ValueTask<IReadOnlyList<string>> SelectAsync(TaskTypeQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Receives the plan of a run that has succeeded, after its end, so that later selections can learn from it. Called while more task types are
    /// registered than are shown. An exception is logged and harms no run. By default nothing is done.
    /// </summary>
    /// <param name="plan">The plan, with the goal of its request.</param>
    void Learn(TaskPlan plan)
    {
    }
}
