using AgentOrchestration.Graph;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>Describes what a policy orders: a graph, how long its subtasks are expected to take, and what there is to run them with.</summary>
public sealed class SchedulingContext
{
    private readonly IResourceManager _resources;

    /// <summary>Makes a context, for example to test a policy.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="durations">By index, how long a subtask is expected to take.</param>
    /// <param name="maxParallelism">How many attempts of the run may run at a time.</param>
    /// <param name="resources">The pools.</param>
    /// <param name="timeProvider">The clock of a policy that limits how long it searches. The default is the system's.</param>
    /// <exception cref="ArgumentException">There is not one duration for each subtask.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxParallelism"/> is less than 1.</exception>
    public SchedulingContext(TaskGraph graph, IReadOnlyList<TimeSpan> durations, int maxParallelism, IResourceManager resources, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(durations);
        ArgumentNullException.ThrowIfNull(resources);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxParallelism, 1);
        if (durations.Count != graph.Count)
        {
            throw new ArgumentException($"There are {durations.Count} durations for {graph.Count} subtasks.", nameof(durations));
        }

        Graph = graph;
        Durations = durations;
        MaxParallelism = maxParallelism;
        _resources = resources;
        TimeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <summary>Gets the graph.</summary>
    /// <value>Subtasks are named by their index in it.</value>
    public TaskGraph Graph { get; }

    /// <summary>Gets the expected durations of the subtasks, by index.</summary>
    /// <value>A subtask of which nothing is known has the mean of the others.</value>
    public IReadOnlyList<TimeSpan> Durations { get; }

    /// <summary>Gets the maximum number of attempts of the run at a time.</summary>
    /// <value>At least 1.</value>
    public int MaxParallelism { get; }

    /// <summary>Gets the clock, for a policy that limits the time of its search.</summary>
    /// <value>The clock of the application.</value>
    public TimeProvider TimeProvider { get; }

    /// <summary>Gets what runs a long computation apart from the caller: on the thread pool, or on the thread of a simulation.</summary>
    /// <value>The default value is <see cref="Task.Run(Action)"/>.</value>
    public Func<Action, Task> ComputeAsync { get; init; } = Task.Run;

    /// <summary>Gets the capacity of a pool.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <returns>In the pool's unit; <see langword="null"/> when there is no such pool.</returns>
    public long? GetCapacity(string pool) => _resources.GetCapacity(pool);
}
