using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Planning.Repair;

/// <summary>
/// Leaves out dependencies that run against the outputs which the arguments use. Where a dependency says that v waits for u, and u uses
/// the output of v, directly or by way of others, no order keeps both; every plan without circles that keeps the arguments is one without
/// this dependency, so there is nothing to guess. A circle for which two dependencies would have to be chosen between stays.
/// </summary>
internal sealed class ReversedDependencyRepairer(SubtaskNames names, Subtask[] subtasks, string place, PlanRepairs repairs)
{
    private const int StepsTold = 5;

    private readonly HashSet<int>[] _uses = Array.ConvertAll(
        subtasks, subtask => SubtaskRepairer.SourcesOf(subtask).Select(source => names.IndexOf(source.Id)).OfType<int>().ToHashSet());

    private int[][] _users = [];

    public void Repair()
    {
        int[][] all = new int[subtasks.Length][];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = [.. DependenciesOf(subtasks[i]).Select(names.IndexOf).OfType<int>().Where(dependency => dependency != i).Distinct()];
        }

        if (IsAcyclic(all) || !IsAcyclic(Array.ConvertAll(_uses, uses => uses.ToArray())))
        {
            return;
        }

        _users = FindUsers();
        for (int i = 0; i < subtasks.Length; i++)
        {
            Repair(i);
        }
    }

    private static bool IsAcyclic(int[][] dependencies) => TopologicalOrder.TryCompute(SuccessorGraph.FromDependencies(dependencies), out _);

    private static IEnumerable<string> DependenciesOf(Subtask subtask) => subtask.DependsOn.Concat(subtask.OptionalDependsOn);

    private int[][] FindUsers()
    {
        List<int>[] users = Array.ConvertAll(subtasks, _ => new List<int>());
        for (int i = 0; i < subtasks.Length; i++)
        {
            foreach (int source in _uses[i])
            {
                users[source].Add(i);
            }
        }

        return Array.ConvertAll(users, list => list.ToArray());
    }

    private void Repair(int index)
    {
        Subtask subtask = subtasks[index];
        if (!DependenciesOf(subtask).Any(id => MayContradict(index, id)))
        {
            return;
        }

        Dictionary<int, int> cameFrom = FindDependentOn(index);
        subtasks[index] = subtask with
        {
            DependsOn = Keep(subtask.DependsOn, "dependsOn"),
            OptionalDependsOn = Keep(subtask.OptionalDependsOn, "optionalDependsOn"),
        };

        string[] Keep(IReadOnlyList<string> ids, string property) =>
        [
            .. ids.Where(id =>
            {
                bool contradicts = MayContradict(index, id) && cameFrom.ContainsKey(names.IndexOf(id)!.Value);
                if (contradicts)
                {
                    Record(index, id, property, cameFrom);
                }

                return !contradicts;
            }),
        ];
    }

    /// <summary>A dependency whose output is used is no mere order.</summary>
    private bool MayContradict(int index, string id) => names.IndexOf(id) is { } dependency && dependency != index && !_uses[index].Contains(dependency);

    /// <summary>What uses the output of a subtask, directly or by way of others, with the step before each.</summary>
    private Dictionary<int, int> FindDependentOn(int index)
    {
        Dictionary<int, int> cameFrom = [];
        var open = new Queue<int>([index]);
        while (open.TryDequeue(out int next))
        {
            foreach (int user in _users[next])
            {
                if (cameFrom.TryAdd(user, next))
                {
                    open.Enqueue(user);
                }
            }
        }

        return cameFrom;
    }

    private void Record(int index, string id, string property, Dictionary<int, int> cameFrom)
    {
        List<string> way = [];
        for (int step = cameFrom[names.IndexOf(id)!.Value]; step != index; step = cameFrom[step])
        {
            way.Add(subtasks[step].Id);
        }

        way.Reverse();
        string told = string.Join(", ", way.Take(StepsTold).Select(step => $"'{Excerpt.Of(step)}'"));
        string by = way.Count == 0 ? "" : $" by way of {told}{(way.Count > StepsTold ? $" and {way.Count - StepsTold} more" : "")}";
        (string waiting, string awaited) = (Excerpt.Of(subtasks[index].Id), Excerpt.Of(id));
        repairs.Add(new PlanRepair(
            PlanRepairCode.ContradictingDependency,
            $"{place}/subtasks/{index}/{property}",
            $"'{waiting}' is to wait for '{awaited}', but '{awaited}' uses the output of '{waiting}'{by}.",
            "The dependency was left out.",
            "The arguments were believed: an output can only be used when it is there, so no order could keep them and the dependency.")
        { SubtaskId = subtasks[index].Id });
    }
}
