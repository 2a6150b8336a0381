using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Growth;

/// <summary>The checked subtasks of a plan, as arrays in the plan's order. Dependencies are indices in the graph that the part belongs to.</summary>
internal sealed class CheckedSubtasks
{
    private bool? _hasSharedPrompts;

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

    /// <summary>Whether task types may share long prompts.</summary>
    public bool HasSharedPrompts => _hasSharedPrompts ??= Array.Exists(TaskTypes, static type => type.Options.SharedPrompt is not null);

    /// <summary>What every subtask is expected to take, in seconds; those without an estimate as much as the mean of the others.</summary>
    public double[] EstimatedSeconds() => SecondsBy(static subtask => subtask.EstimatedDuration?.TotalSeconds);

    /// <summary>What every subtask is expected to take, in seconds; those of which nothing is known as much as the mean of the others, else a second.</summary>
    public double[] SecondsBy(Func<Subtask, double?> secondsOf)
    {
        double[] seconds = new double[Count];
        double sum = 0;
        int known = 0;
        for (int i = 0; i < seconds.Length; i++)
        {
            double? expected = secondsOf(Subtasks[i]);
            seconds[i] = expected ?? double.NaN;
            sum += expected ?? 0;
            known += expected is null ? 0 : 1;
        }

        if (known < seconds.Length)
        {
            double mean = known > 0 ? sum / known : 1;
            for (int i = 0; i < seconds.Length; i++)
            {
                seconds[i] = double.IsNaN(seconds[i]) ? mean : seconds[i];
            }
        }

        return seconds;
    }
}
