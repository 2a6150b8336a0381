using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Forecasting;

/// <summary>Finds what a forecast has to assume.</summary>
internal static class ForecastAssumptions
{
    /// <summary>The number of items of a list of which nothing is known.</summary>
    public const int DefaultItems = 1;

    public static IReadOnlyList<ForecastAssumption> Of(ForecastModel model)
    {
        List<ForecastAssumption> assumptions = [];
        foreach ((string id, Subtask subtask) in SubtasksIn(model.Graph.Plan, prefix: ""))
        {
            if (subtask.ForEach is not null && !model.ExpectedItems.ContainsKey(id))
            {
                assumptions.Add(new ForecastAssumption(ForecastAssumptionKind.ItemCount, id) { Items = DefaultItems });
            }

            if (subtask.Plan is null && model.Observed.Expect(subtask) is null && !model.IsMadeOfOthers(id))
            {
                assumptions.Add(new ForecastAssumption(ForecastAssumptionKind.Duration, id) { Duration = model.AssumedDuration });
            }

            if (subtask.Plan is null && !model.IsMadeOfOthers(id) && MayDefer(model, subtask))
            {
                assumptions.Add(new ForecastAssumption(ForecastAssumptionKind.AnsweredAtOnce, id));
            }
        }

        return assumptions;
    }

    /// <summary>Whether calls of a subtask may be deferred: the time for that is known only while it runs.</summary>
    private static bool MayDefer(ForecastModel model, Subtask subtask) =>
        model.Options.DeferCallsWithin is { } within
        && model.BatchEndpoints.Count > 0
        && model.Graph.Checker.TaskTypes.TryGet(subtask.TaskType, out TaskDescriptor? taskType)
        && DeferrableWork.EndpointOf(taskType, new AttemptPolicy(taskType, subtask.Policy), within) is { } endpoint
        && model.BatchEndpoints.Contains(endpoint);

    /// <summary>Refuses numbers of items that no list of the plan can have.</summary>
    /// <exception cref="ArgumentException">An id is that of no such list, or a number is out of range.</exception>
    public static void Check(IReadOnlyDictionary<string, int> expectedItems, TaskPlan plan, IEnumerable<string> others, int most, string parameter)
    {
        if (expectedItems.Count == 0)
        {
            return;
        }

        HashSet<string> lists = [.. ListsIn(plan), .. others];
        foreach ((string id, int items) in expectedItems)
        {
            if (!lists.Contains(id))
            {
                throw new ArgumentException(
                    $"'{Excerpt.Of(id)}' has no list that is made during the run. {(lists.Count == 0 ? "No subtask does." : $"Name one of: {string.Join(", ", lists.Order(StringComparer.Ordinal).Take(20).Select(list => Excerpt.Of(list)))}.")}",
                    parameter);
            }

            if (items < 0 || items > most)
            {
                throw new ArgumentException($"{items} items of '{id}' are expected. Give a number from 0 to {most} (MaxAddedSubtasks).", parameter);
            }
        }
    }

    /// <summary>The ids of the subtasks that work through lists which are made during the run.</summary>
    public static IEnumerable<string> ListsIn(TaskPlan plan) =>
        SubtasksIn(plan, prefix: "").Where(subtask => subtask.Subtask.ForEach is not null).Select(subtask => subtask.Id);

    /// <summary>All subtasks with the ids that they have in a run, those of plans within the plan too.</summary>
    public static IEnumerable<(string Id, Subtask Subtask)> SubtasksIn(TaskPlan plan, string prefix) => plan.Subtasks.SelectMany(subtask =>
        subtask.Plan is { } nested
            ? SubtasksIn(nested, $"{prefix}{subtask.Id}/").Prepend((prefix + subtask.Id, subtask))
            : [(prefix + subtask.Id, subtask)]);
}
