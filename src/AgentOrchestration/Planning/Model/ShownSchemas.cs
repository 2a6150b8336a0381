using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Model;

/// <summary>The task types whose schemas a model is shown for a request, where there are too many to show all. Immutable.</summary>
/// <param name="Selected">Those that were selected for the request; they stay the same over all rounds, so that the prompt begins the same.</param>
/// <param name="Requested">Those that the model has requested; <see langword="null"/> when it has requested none yet.</param>
/// <param name="MaxCount">How many may be selected, and how many requested.</param>
internal sealed record ShownSchemas(IReadOnlyList<TaskDescriptor> Selected, AnsweredRequest? Requested, int MaxCount)
{
    /// <summary>How many unknown names are repeated.</summary>
    private const int MostUnknown = 10;

    private IEnumerable<TaskDescriptor> Known => Selected.Concat(Requested?.TaskTypes ?? []);

    /// <summary>Answers a request for schemas: as many as may be, each once, and none that are shown.</summary>
    /// <param name="names">The names as the model wrote them.</param>
    /// <param name="text">Its answer.</param>
    /// <param name="taskTypes">The task types.</param>
    public ShownSchemas With(IReadOnlyList<string> names, string text, ITaskTypeRegistry taskTypes)
    {
        HashSet<string> shown = new(Selected.Select(taskType => taskType.Name), StringComparer.Ordinal);
        List<TaskDescriptor> given = [];
        List<string> unknown = [];
        bool isCut = false;
        foreach (string name in names.Distinct(StringComparer.Ordinal))
        {
            if (!taskTypes.TryGet(name, out TaskDescriptor? taskType))
            {
                unknown.Add(Excerpt.Of(name));
            }
            else if (!shown.Contains(name))
            {
                isCut |= given.Count == MaxCount;
                if (!isCut)
                {
                    given.Add(taskType);
                }
            }
        }

        return this with { Requested = new AnsweredRequest(text, given, [.. unknown.Take(MostUnknown)], isCut) };
    }

    /// <summary>Gets the task types that a refused plan uses without having seen their schemas.</summary>
    public IReadOnlyList<TaskDescriptor> LackedBy(PlanRefusal? refusal, ITaskTypeRegistry taskTypes)
    {
        if (refusal?.Plan is not { } plan)
        {
            return [];
        }

        HashSet<string> shown = new(Known.Select(taskType => taskType.Name), StringComparer.Ordinal);
        List<TaskDescriptor> lacked = [];
        foreach (string name in NamesOf(plan, PlanChecker.DeepestPlan).Where(shown.Add))
        {
            if (lacked.Count < MaxCount && taskTypes.TryGet(name, out TaskDescriptor? taskType))
            {
                lacked.Add(taskType);
            }
        }

        return lacked;
    }

    /// <summary>Gets all whose schemas the model has when it answers.</summary>
    /// <param name="lacked">Those that it has not been shown before.</param>
    public IReadOnlyList<TaskDescriptor> AllWith(IReadOnlyList<TaskDescriptor> lacked) => [.. Known, .. lacked];

    private static IEnumerable<string> NamesOf(TaskPlan plan, int deepest) => plan.Subtasks.SelectMany(subtask =>
        subtask.Plan is { } nested ? deepest > 1 ? NamesOf(nested, deepest - 1) : [] : [subtask.TaskType]);
}
