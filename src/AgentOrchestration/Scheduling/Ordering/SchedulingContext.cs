using AgentOrchestration.Graph;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>What a policy orders: a graph, how long its subtasks are expected to take, and what there is to run them with.</summary>
public sealed class SchedulingContext
{
    private readonly IResourceManager _resources;

    internal SchedulingContext(TaskGraph graph, IReadOnlyList<TimeSpan> durations, int maxParallelism, IResourceManager resources, TimeProvider timeProvider)
    {
        Graph = graph;
        Durations = durations;
        MaxParallelism = maxParallelism;
        _resources = resources;
        TimeProvider = timeProvider;
    }

    /// <summary>The graph; subtasks are named by their index in it.</summary>
    public TaskGraph Graph { get; }

    /// <summary>By index, how long a subtask is expected to take. Those that nothing is known of take the mean of the others.</summary>
    public IReadOnlyList<TimeSpan> Durations { get; }

    /// <summary>How many attempts of the run may run at a time.</summary>
    public int MaxParallelism { get; }

    internal TimeProvider TimeProvider { get; }

    /// <summary>Computes what takes long apart from the caller: on the thread pool, or wherever a simulation wants it.</summary>
    internal Func<Action, Task> ComputeAsync { get; init; } = Task.Run;

    /// <summary>The capacity of a pool, in its unit; <see langword="null"/> when there is no such pool.</summary>
    /// <param name="pool">The pool's name.</param>
    public long? GetCapacity(string pool) => _resources.GetCapacity(pool);
}
