using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph;

/// <summary>A plan that passed every check, frozen: the form in which it runs. Subtasks have the indices of their order in the plan.</summary>
public sealed class TaskGraph
{
    internal TaskGraph(TaskPlan plan, TaskDescriptor[] taskTypes, InputBinding?[] inputs, ResourceRequirements[] needs, int[][] dependencies, SuccessorGraph successors, int[] topologicalOrder)
    {
        Plan = plan;
        TaskTypes = taskTypes;
        Inputs = inputs;
        Dependencies = dependencies;
        Successors = successors;
        TopologicalOrder = topologicalOrder;
        NeedVectors = [.. needs.Distinct()];
        NeedVectorOf = IndicesIn(NeedVectors, needs);
        Priority = CriticalPathOrder();
    }

    /// <summary>The plan.</summary>
    public TaskPlan Plan { get; }

    /// <summary>The number of subtasks.</summary>
    public int Count => TaskTypes.Length;

    /// <summary>The subtasks in the plan's order.</summary>
    public IReadOnlyList<Subtask> Subtasks => Plan.Subtasks;

    /// <summary>
    /// The critical path by the plan's estimates, or <see langword="null"/> when the plan estimates nothing. A subtask without an
    /// estimate counts as long as the mean of the others.
    /// </summary>
    public CriticalPath? EstimatedCriticalPath => HasEstimates ? CriticalPath.Of(this, EstimatedSeconds()) : null;

    internal TaskDescriptor[] TaskTypes { get; }

    internal InputBinding?[] Inputs { get; }

    internal int[][] Dependencies { get; }

    internal SuccessorGraph Successors { get; }

    internal int[] TopologicalOrder { get; }

    /// <summary>The distinct resource needs.</summary>
    internal ResourceRequirements[] NeedVectors { get; }

    /// <summary>Of each subtask the index of its needs in <see cref="NeedVectors"/>.</summary>
    internal int[] NeedVectorOf { get; }

    /// <summary>Of each subtask its place in the order of urgency; 0 is the most urgent. No two are equal.</summary>
    internal int[] Priority { get; }

    private bool HasEstimates => Subtasks.Any(subtask => subtask.EstimatedDuration is not null);

    /// <summary>Longest way to the end first; without estimates a way is as long as it has subtasks. Ties go by the plan's order.</summary>
    private int[] CriticalPathOrder()
    {
        double[] ranks = CriticalPath.UpwardRanks(Successors, TopologicalOrder, EstimatedSeconds());
        int[] byUrgency = [.. Enumerable.Range(0, Count)];
        Array.Sort(byUrgency, (left, right) => ranks[right].CompareTo(ranks[left]) is var order and not 0 ? order : left.CompareTo(right));
        int[] priority = new int[Count];
        for (int place = 0; place < byUrgency.Length; place++)
        {
            priority[byUrgency[place]] = place;
        }

        return priority;
    }

    private double[] EstimatedSeconds()
    {
        double mean = HasEstimates
            ? Subtasks.Where(subtask => subtask.EstimatedDuration is not null).Average(subtask => subtask.EstimatedDuration!.Value.TotalSeconds)
            : 1;
        return [.. Subtasks.Select(subtask => subtask.EstimatedDuration?.TotalSeconds ?? mean)];
    }

    private static int[] IndicesIn(ResourceRequirements[] vectors, ResourceRequirements[] needs)
    {
        var indices = new Dictionary<ResourceRequirements, int>(vectors.Length);
        for (int i = 0; i < vectors.Length; i++)
        {
            indices.Add(vectors[i], i);
        }

        return Array.ConvertAll(needs, need => indices[need]);
    }
}
