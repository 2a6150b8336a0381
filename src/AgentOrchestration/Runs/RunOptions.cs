namespace AgentOrchestration;

/// <summary>How one run is executed.</summary>
public sealed record RunOptions
{
    internal const int DefaultMaxBypasses = 64;

    internal const int DefaultMaxAddedSubtasks = 100_000;

    internal const int DefaultMaxAddedDepth = 1_000;

    internal static readonly TimeSpan DefaultLeaseDuration = TimeSpan.FromSeconds(30);

    /// <summary>How many subtasks run at a time, from 1. Default: 5.</summary>
    public int MaxParallelism { get; init; } = 5;

    /// <summary>
    /// How long code that was told to stop may go on before it is abandoned: its subtask ends without it, its late result is discarded,
    /// and its resources stay leased until it returns. Default: 30 seconds.
    /// </summary>
    public TimeSpan CancellationGracePeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many abandoned attempts may still be running when another attempt is to start beside one of them. Above this number a subtask
    /// fails instead of being tried again. Default: 8.
    /// </summary>
    public int MaxAbandoned { get; init; } = 8;

    /// <summary>
    /// How long the run may take in all; then it stops. Time passes also while nobody drives a durable run: when it is resumed too late, it stops
    /// before any attempt starts. Default: no limit.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What the failure of a subtask means for the run. Default: only what needs it is skipped.</summary>
    public FailurePolicy FailurePolicy { get; init; }

    /// <summary>What the run may use. Default: no limit.</summary>
    public RunBudget? Budget { get; init; }

    /// <summary>
    /// How often less urgent subtasks that need one of its resources may start before a subtask that waits for them. At this number nothing
    /// less urgent that needs any of them starts before it. 0 keeps strictly to the order of urgency. Default: 64.
    /// </summary>
    public int MaxBypasses { get; init; } = DefaultMaxBypasses;

    /// <summary>
    /// Whether resources are kept ahead of time for the most urgent subtask that waits for running ones only: less urgent work that
    /// would still hold them when it is expected to be ready does not start. Given up when the forecast turns out wrong. Worth it where
    /// estimates are good and critical work needs much at once. What a run began before its plan was complete reserves nothing. Default: no.
    /// </summary>
    public bool ReserveForCriticalPath { get; init; }

    /// <summary>
    /// How many subtasks a run may add to its plan: those of handlers, of items of lists, and of plans within the plan. What would add more
    /// fails. Default: 100,000.
    /// </summary>
    public int MaxAddedSubtasks { get; init; } = DefaultMaxAddedSubtasks;

    /// <summary>
    /// Gets how deep subtasks may be added by subtasks that were added themselves: those that a subtask of the plan adds are 1 deep. What would be
    /// deeper fails.
    /// </summary>
    /// <value>From 0 for none at all. The default value is 1,000.</value>
    public int MaxAddedDepth { get; init; } = DefaultMaxAddedDepth;

    /// <summary>
    /// Gets a value indicating whether each subtask receives copies of the outputs that its arguments refer to. Durable runs always copy.
    /// </summary>
    /// <value>The default value is <see langword="false"/>: dependants share an output, and must not change it.</value>
    public bool IsolateOutputs { get; init; }

    /// <summary>How long one try to undo a subtask may take, when its task type has no timeout of its own. Default: 5 minutes.</summary>
    public TimeSpan CompensationTimeout { get; init; } = TimeSpan.FromMinutes(5);
}
