using System.Runtime.CompilerServices;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Model;

/// <summary>Decides which schemas a model is shown for a request, where there are too many to show all. Safe for concurrent use.</summary>
internal sealed class SchemaSelection(ITaskTypeRegistry taskTypes, ITaskTypeSelector selector, PlanningOptions options)
{
    /// <summary>What was shown stays as it was in the next rounds of the same request, however much the selector has learned in between.</summary>
    private readonly ConditionalWeakTable<OrchestrationRequest, ShownSchemas> _shown = [];

    /// <summary>Gets what is shown for a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="refusal">Why an earlier plan was refused; <see langword="null"/> for the first, for which the selection is made.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <returns><see langword="null"/> when all are shown.</returns>
    public async ValueTask<ShownSchemas?> OfAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken)
    {
        IReadOnlyList<TaskDescriptor> all = taskTypes.TaskTypes;
        if (all.Count <= options.MaxTaskTypeSchemas)
        {
            return null;
        }

        if (refusal is not null && _shown.TryGetValue(request, out ShownSchemas? known) && known.MaxCount == options.MaxTaskTypeSchemas)
        {
            return known;
        }

        var query = new TaskTypeQuery(request, taskTypes, options.MaxTaskTypeSchemas);
        IReadOnlyList<string> names = await selector.SelectAsync(query, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"The task type selector '{selector.GetType()}' returned null instead of names.");
        List<TaskDescriptor> selected = [];
        foreach (string name in names.Where(name => name is not null).Distinct(StringComparer.Ordinal))
        {
            if (selected.Count < query.MaxCount && taskTypes.TryGet(name, out TaskDescriptor? taskType))
            {
                selected.Add(taskType);
            }
        }

        // The schema of an answer needs one kind of subtask at least.
        return Keep(request, new ShownSchemas(selected.Count > 0 ? selected : [.. all.Take(query.MaxCount)], Requested: null, query.MaxCount));
    }

    /// <summary>Adds what a model has requested for a request.</summary>
    public ShownSchemas Add(OrchestrationRequest request, ShownSchemas shown, PlanAnswer answer) => Keep(request, shown.With(answer.RequestedSchemas, answer.Text, taskTypes));

    private ShownSchemas Keep(OrchestrationRequest request, ShownSchemas shown)
    {
        _shown.AddOrUpdate(request, shown);
        return shown;
    }
}
