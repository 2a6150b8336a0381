using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Binding;

namespace AgentOrchestration.Forecasting;

/// <summary>Makes one graph of all subtasks of a run, those included that it has added: from a snapshot, which every executor has.</summary>
internal static class SnapshotGraph
{
    /// <param name="planned">The graph of the plan, as far as it is complete.</param>
    /// <param name="run">The run.</param>
    public static TaskGraph Of(TaskGraph planned, RunSnapshot run)
    {
        IReadOnlyList<SubtaskSnapshot> subtasks = run.Subtasks;
        if (subtasks.Count == planned.Count && subtasks.Zip(planned.Subtasks).All(pair => pair.First.Subtask.Id == pair.Second.Id))
        {
            return planned;
        }

        Dictionary<string, int> indices = subtasks.Index().ToDictionary(subtask => subtask.Item.Subtask.Id, subtask => subtask.Index, StringComparer.Ordinal);
        HashSet<string> open = [.. subtasks.Where(subtask => subtask.EndedAt is null).Select(subtask => subtask.Subtask.Id)];
        HashSet<string> followed = [.. subtasks.SelectMany(subtask => Siblings(subtask.Subtask))];
        int[][] dependencies = [.. subtasks.Select(subtask => Before(subtask, open).Select(id => indices[id]).Distinct().ToArray())];
        HashSet<(int, int)> optional = [.. subtasks.SelectMany((subtask, index) => Optional(subtask, followed, open).Select(id => (indices[id], index)))];
        var inputs = new InputBinding?[subtasks.Count];
        for (int index = 0; index < planned.Count; index++)
        {
            if (indices.TryGetValue(planned.Subtasks[index].Id, out int known))
            {
                inputs[known] = planned.Part.Inputs[index];
            }
        }

        return planned.Checker.Assemble(run.Plan with { Subtasks = [.. subtasks.Select(subtask => subtask.Subtask)] }, dependencies, optional, inputs);
    }

    private static IEnumerable<string> Before(SubtaskSnapshot subtask, HashSet<string> open) =>
        subtask.Subtask.DependsOn.Concat(subtask.Subtask.OptionalDependsOn).Concat(subtask.Parts).Concat(Awaited(subtask, open));

    /// <summary>Of what was added at once, only the last subtasks are needed by those that wait for it; of items, those that must not fail.</summary>
    private static IEnumerable<string> Optional(SubtaskSnapshot subtask, HashSet<string> followed, HashSet<string> open) => subtask.Subtask.OptionalDependsOn
        .Concat(subtask.Parts.Where(part => subtask.Subtask.OnItemFailure.ListsErrors || followed.Contains(part)))
        .Concat(Awaited(subtask, open).Where(followed.Contains));

    private static IEnumerable<string> Awaited(SubtaskSnapshot subtask, HashSet<string> open) =>
        subtask.EndedAt is null ? subtask.Awaited.SelectMany(group => group).Where(open.Contains) : [];

    /// <summary>What an added subtask depends on of the same addition.</summary>
    private static IEnumerable<string> Siblings(Subtask subtask)
    {
        int slash = subtask.Id.LastIndexOf('/');
        return slash < 0 ? [] : subtask.DependsOn.Where(id => id.LastIndexOf('/') == slash && id.AsSpan(0, slash).SequenceEqual(subtask.Id.AsSpan(0, slash)));
    }
}
