using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.Options;

namespace AgentOrchestration;

/// <summary>Policy that holds for every run of an application.</summary>
public sealed class AgentOrchestrationOptions
{
    internal const int DefaultMaxReferences = 10_000;

    internal const long DefaultMaxInputBytes = 64 * 1024 * 1024;

    /// <summary>How many subtasks of one run are worked on at a time, from 1. Default: 5.</summary>
    [Range(1, int.MaxValue)]
    public int MaxParallelism { get; set; } = 5;

    /// <summary>How many subtasks of all runs are worked on at a time, from 1. Default: no limit.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxParallelismTotal { get; set; }

    /// <summary>
    /// How long a run may take in all; then it stops. Time passes also while nobody drives a durable run: when it is resumed too late, it stops
    /// before any attempt starts. Default: no limit.
    /// </summary>
    public TimeSpan? RunTimeout { get; set; }

    /// <summary>What the failure of a subtask means for its run. Default: only what needs it is skipped.</summary>
    public FailurePolicy FailurePolicy { get; set; }

    /// <summary>What a run may use. Default: no limit.</summary>
    public RunBudget? Budget { get; set; }

    /// <summary>
    /// Which subtasks wait for somebody's approval, beside those whose task type or plan says so; for example those whose effect cannot
    /// be undone: <c>(_, taskType) => taskType.Effect == TaskEffect.Irreversible</c>. Called when a plan is checked. Default: no others.
    /// </summary>
    public Func<Subtask, TaskDescriptor, bool>? RequiresApproval { get; set; }

    /// <summary>
    /// How long code that was told to stop may go on before it is abandoned; its resources stay leased until it returns.
    /// Default: 30 seconds.
    /// </summary>
    public TimeSpan CancellationGracePeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many abandoned attempts of a run may still be running when another attempt is to start beside one of them. Above this number a
    /// subtask fails instead of being tried again. Default: 8.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int MaxAbandoned { get; set; } = 8;

    /// <summary>
    /// How often less urgent subtasks of a run that need one of its resources may start before a subtask that waits for them. At this number
    /// nothing less urgent of the run that needs any of them starts before it. 0 keeps strictly to the order of urgency. Default: 64.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int MaxBypasses { get; set; } = RunOptions.DefaultMaxBypasses;

    /// <summary>
    /// Whether a run keeps resources ahead of time for the most urgent subtask that waits for running ones only: less urgent work
    /// that would still hold them when it is expected to be ready does not start. Given up when the forecast turns out wrong. Worth it where
    /// estimates are good and critical work needs much at once. What a run began before its plan was complete reserves nothing. Default: no.
    /// </summary>
    public bool ReserveForCriticalPath { get; set; }

    /// <summary>
    /// How many subtasks a run may add to its plan: those of handlers, of items of lists, and of plans within the plan. What would add more
    /// fails. Default: 100,000.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int MaxAddedSubtasks { get; set; } = RunOptions.DefaultMaxAddedSubtasks;

    /// <summary>
    /// Gets or sets how deep subtasks may be added by subtasks that were added themselves: those that a subtask of the plan adds are 1 deep. What
    /// would be deeper fails.
    /// </summary>
    /// <value>From 0 for none at all. The default value is 1,000.</value>
    [Range(0, int.MaxValue)]
    public int MaxAddedDepth { get; set; } = RunOptions.DefaultMaxAddedDepth;

    /// <summary>
    /// Gets or sets how many references to outputs the arguments of a subtask may hold. A plan with more in one of its subtasks is refused.
    /// </summary>
    /// <value>From 1. The default value is 10,000.</value>
    [Range(1, int.MaxValue)]
    public int MaxReferences { get; set; } = DefaultMaxReferences;

    /// <summary>
    /// Gets or sets how long the arguments of a subtask may be with the outputs that they refer to, in bytes of UTF-8. A subtask whose arguments are
    /// longer fails. An output that is handed on as an object has no length.
    /// </summary>
    /// <value>From 1. The default value is 67,108,864 (64 MiB).</value>
    [Range(1, long.MaxValue)]
    public long MaxInputBytes { get; set; } = DefaultMaxInputBytes;

    /// <summary>
    /// Gets or sets a value indicating whether each subtask receives copies of the outputs that its arguments refer to, as they were when the code that
    /// made them had returned. An output that does not come back from its JSON as it was fails its subtask as <c>ResultNotStorable</c>, unless its
    /// task type accepts that (<see cref="TaskTypeOptions.AcceptLossyOutput"/>). Durable runs always copy.
    /// </summary>
    /// <value>The default value is <see langword="false"/>: dependants share an output, and must not change it.</value>
    public bool IsolateOutputs { get; set; }

    /// <summary>
    /// How long the lease of a durable run is valid. It is renewed while its process lives; when a process dies without a word, others wait so
    /// long before they resume its runs. A process that has not reached its store for so long detaches its runs.
    /// </summary>
    /// <value>From 3 seconds to 1 day. The default value is 30 seconds.</value>
    public TimeSpan LeaseDuration { get; set; } = RunOptions.DefaultLeaseDuration;

    /// <summary>How long one try to undo a subtask may take, when its task type has no timeout. Default: 5 minutes.</summary>
    public TimeSpan CompensationTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Writes and reads inputs and outputs of tasks, and makes their schemas. Default: web naming, enums as strings, reflection where
    /// the application has not switched it off. For trimmed applications set options with a <c>JsonSerializerContext</c>.
    /// </summary>
    public JsonSerializerOptions JsonSerializerOptions { get; set; } = PayloadSerializer.DefaultOptions;

    /// <summary>What planning may cost.</summary>
    [ValidateObjectMembers]
    public PlanningOptions Planning { get; } = new();

    /// <summary>How closely the process is watched.</summary>
    public MonitoringOptions Monitoring { get; } = new();

    internal RunOptions ToRunOptions() => new()
    {
        MaxParallelism = MaxParallelism,
        CancellationGracePeriod = CancellationGracePeriod,
        MaxAbandoned = MaxAbandoned,
        MaxBypasses = MaxBypasses,
        ReserveForCriticalPath = ReserveForCriticalPath,
        MaxAddedSubtasks = MaxAddedSubtasks,
        MaxAddedDepth = MaxAddedDepth,
        IsolateOutputs = IsolateOutputs,
        Timeout = RunTimeout,
        FailurePolicy = FailurePolicy,
        Budget = Budget,
        CompensationTimeout = CompensationTimeout,
    };
}
