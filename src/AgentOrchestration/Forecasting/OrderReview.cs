using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Forecasting;

/// <summary>
/// Finds dependencies that carry no data and make the run longer. Only between task types that change nothing outside: the order of changes may be
/// meant. Only those of the plan itself, not of plans within it.
/// </summary>
/// <param name="graph">The plan.</param>
/// <param name="forecast">Its forecast.</param>
/// <param name="with">Makes the forecast of a changed plan; <see langword="null"/> when that is not valid.</param>
internal sealed class OrderReview(TaskGraph graph, Forecast forecast, Func<TaskPlan, Forecast?> with)
{
    /// <summary>How many dependencies are tried one by one: each costs a forecast.</summary>
    private const int MostTried = 16;

    /// <summary>What shortens the run by less is not worth a finding: no estimate is as exact.</summary>
    private const double LeastShare = 0.01;

    private readonly Dictionary<string, int> _byId = graph.Subtasks.Index().ToDictionary(subtask => subtask.Item.Id, subtask => subtask.Index, StringComparer.Ordinal);

    public IEnumerable<PlanFinding> Find()
    {
        (int From, int To)[] edges = [.. EdgesWithoutData()];
        if (edges.Length == 0 || Gain(edges) is not { } whole)
        {
            return [];
        }

        (int From, int To)[] binding = [.. edges.Where(IsBinding).Take(MostTried)];
        PlanFinding[] single = [.. binding.Select(edge => (edge, Gain: Gain([edge]))).Where(tried => tried.Gain is not null).Select(tried => OfOne(tried.edge, tried.Gain!.Value))];
        return single.Length > 0 ? single : [OfMany(binding.Length > 0 && Gain(binding) is { } some ? (binding, some) : (edges, whole))];
    }

    private IEnumerable<(int From, int To)> EdgesWithoutData()
    {
        for (int to = 0; to < graph.Count; to++)
        {
            Subtask subtask = graph.Subtasks[to];
            if (subtask.DependsOn.Count + subtask.OptionalDependsOn.Count == 0 || !ChangesNothing(to))
            {
                continue;
            }

            HashSet<string> used = UsedBy(subtask);
            foreach (string id in subtask.DependsOn.Concat(subtask.OptionalDependsOn).Where(id => !used.Contains(id)))
            {
                int from = _byId[id];
                if (ChangesNothing(from) && graph.Subtasks[from].Condition is null)
                {
                    yield return (from, to);
                }
            }
        }
    }

    /// <summary>A plan within the plan may change anything.</summary>
    private bool ChangesNothing(int subtask) => graph.Subtasks[subtask].Plan is null && graph.TaskTypes[subtask].Effect is TaskEffect.Pure or TaskEffect.Read;

    private static HashSet<string> UsedBy(Subtask subtask)
    {
        HashSet<string> used = new(StringComparer.Ordinal);
        foreach (JsonElement? json in (ReadOnlySpan<JsonElement?>)[subtask.Arguments, subtask.Items])
        {
            if (json is { ValueKind: not JsonValueKind.Undefined } value)
            {
                used.UnionWith(OutputReferences.In(value).Select(reference => reference.Output.SubtaskId));
            }
        }

        if (subtask.ForEach is { } list)
        {
            used.Add(list.SubtaskId);
        }

        if (subtask.Condition is { } condition)
        {
            used.Add(condition.Output.SubtaskId);
        }

        return used;
    }

    /// <summary>Whether the later subtask was waiting for the earlier one when that ended, and the run for the later one.</summary>
    private bool IsBinding((int From, int To) edge)
    {
        ForecastSubtask from = forecast.Subtasks[edge.From];
        ForecastSubtask to = forecast.Subtasks[edge.To];
        return to.IsCritical && to.Start - to.Waited == from.End;
    }

    /// <summary>How much shorter the run is without dependencies; <see langword="null"/> when it is not, or not by much.</summary>
    private TimeSpan? Gain(IReadOnlyCollection<(int From, int To)> edges)
    {
        ILookup<int, string> without = edges.ToLookup(edge => edge.To, edge => graph.Subtasks[edge.From].Id);
        TaskPlan changed = graph.Plan with
        {
            Subtasks =
            [
                .. graph.Subtasks.Select((subtask, index) => !without.Contains(index) ? subtask : subtask with
                {
                    DependsOn = [.. subtask.DependsOn.Except(without[index], StringComparer.Ordinal)],
                    OptionalDependsOn = [.. subtask.OptionalDependsOn.Except(without[index], StringComparer.Ordinal)],
                }),
            ],
        };
        return with(changed) is { } other && forecast.Makespan - other.Makespan is var gain && gain > TimeSpan.Zero && gain >= forecast.Makespan * LeastShare ? gain : null;
    }

    private PlanFinding OfOne((int From, int To) edge, TimeSpan gain)
    {
        (string from, string to) = (graph.Subtasks[edge.From].Id, graph.Subtasks[edge.To].Id);
        return new PlanFinding(
            PlanFindingCode.UnneededDependency, [to, from],
            $"'{to}' waits for '{from}' and uses nothing of it, and neither changes anything outside.",
            $"Remove '{from}' from the dependencies of '{to}', unless '{to}' must not run when '{from}' fails.")
        {
            ExpectedGain = gain,
            IsByEstimates = true,
        };
    }

    private PlanFinding OfMany(((int From, int To)[] Edges, TimeSpan Gain) found)
    {
        string[] ids = [.. found.Edges.Select(edge => graph.Subtasks[edge.To].Id).Distinct(StringComparer.Ordinal).Take(WidthReview.MostIds)];
        return new PlanFinding(
            PlanFindingCode.UnneededDependency, ids,
            $"{found.Edges.Length} dependencies carry no data and delay the run together, though none does alone: {string.Join(", ", found.Edges.Take(WidthReview.MostIds).Select(edge => $"'{graph.Subtasks[edge.From].Id}' before '{graph.Subtasks[edge.To].Id}'"))}.",
            "Remove those whose order is not meant.")
        {
            ExpectedGain = found.Gain,
            IsByEstimates = true,
        };
    }
}
