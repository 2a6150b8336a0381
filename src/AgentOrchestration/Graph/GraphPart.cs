using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph;

/// <summary>The checked subtasks of a plan, as arrays in the plan's order. Dependencies are indices in the graph that the part belongs to.</summary>
internal sealed class GraphPart
{
    public required IReadOnlyList<Subtask> Subtasks { get; init; }

    public required TaskDescriptor[] TaskTypes { get; init; }

    public required InputBinding?[] Inputs { get; init; }

    public required ResourceRequirements[] Needs { get; init; }

    public required AttemptPolicy[] Policies { get; init; }

    /// <summary>Of each subtask those it waits for, needed and optional ones, each once.</summary>
    public required int[][] Dependencies { get; init; }

    /// <summary>Dependencies that may end in any way; <see langword="null"/> when there are none.</summary>
    public required HashSet<(int Dependency, int Subtask)>? Optional { get; init; }

    /// <summary>The part's own order; positions in the part.</summary>
    public required int[] TopologicalOrder { get; init; }

    /// <summary>Who comes after whom within the part.</summary>
    public required SuccessorGraph Successors { get; init; }

    public int Count => TaskTypes.Length;

    /// <summary>Whether something must be found out about a subtask before it can wait for its turn.</summary>
    public bool NeedsPreparation { get; init; }

    /// <summary>What every subtask is expected to take, in seconds; those without an estimate as much as the mean of the others.</summary>
    public double[] EstimatedSeconds()
    {
        double sum = 0;
        int estimated = 0;
        foreach (Subtask subtask in Subtasks)
        {
            if (subtask.EstimatedDuration is { } estimate)
            {
                sum += estimate.TotalSeconds;
                estimated++;
            }
        }

        double mean = estimated > 0 ? sum / estimated : 1;
        double[] seconds = new double[Count];
        for (int i = 0; i < seconds.Length; i++)
        {
            seconds[i] = estimated > 0 && Subtasks[i].EstimatedDuration is { } estimate ? estimate.TotalSeconds : mean;
        }

        return seconds;
    }
}
