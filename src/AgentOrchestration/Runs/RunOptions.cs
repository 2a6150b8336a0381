using AgentOrchestration.Runs;

namespace AgentOrchestration;

/// <summary>
/// Configures one run. What is not set takes the default of the application (<see cref="AgentOrchestrationOptions.Runs"/>), and what is not set
/// there the default value named here. Not safe for concurrent changes; a run that has started keeps a copy.
/// </summary>
/// <example>
/// <code>
/// await using OrchestrationRun run = await orchestrator.StartAsync(plan, new RunOptions
/// {
///     RunId = order.Id,
///     Name = "nightly",
///     Tags = { ["tenant"] = "acme" },
///     Budget = new RunBudget { MaxTokens = 100_000 },
/// });
/// </code>
/// </example>
public sealed class RunOptions
{
    internal const int DefaultMaxParallelism = 5;

    internal const int DefaultMaxAbandoned = 8;

    internal const int DefaultMaxBypasses = 64;

    internal const int DefaultMaxAddedSubtasks = 100_000;

    internal const int DefaultMaxAddedDepth = 1_000;

    internal static readonly TimeSpan DefaultCancellationGracePeriod = TimeSpan.FromSeconds(30);

    internal static readonly TimeSpan DefaultCompensationTimeout = TimeSpan.FromMinutes(5);

    internal static readonly TimeSpan DefaultLeaseDuration = TimeSpan.FromSeconds(30);

    private Setting<int> _priority;
    private Setting<int> _maxParallelism;
    private Setting<TimeSpan> _cancellationGracePeriod;
    private Setting<int> _maxAbandoned;
    private Setting<TimeSpan?> _timeout;
    private Setting<FailurePolicy> _failurePolicy;
    private Setting<RunBudget?> _budget;
    private Setting<ExtraWork> _extra;
    private Setting<int> _maxBypasses;
    private Setting<int> _maxAddedSubtasks;
    private Setting<int> _maxAddedDepth;
    private Setting<bool> _isolateOutputs;
    private Setting<TimeSpan> _compensationTimeout;
    private Setting<TimeSpan?> _approvalTimeout;
    private Setting<TimeSpan?> _deferCallsWithin;

    /// <summary>Initializes a new instance of the <see cref="RunOptions"/> class in which nothing is set.</summary>
    public RunOptions()
    {
    }

    /// <summary>Initializes a new instance of the <see cref="RunOptions"/> class with the values of another.</summary>
    /// <param name="other">The options to copy.</param>
    public RunOptions(RunOptions other)
        : this(other, new RunOptions())
    {
        LastingDeadline = other.LastingDeadline;
        AttemptDeadline = other.AttemptDeadline;
        AwaitsApproval = other.AwaitsApproval;
    }

    private RunOptions(RunOptions options, RunOptions defaults)
    {
        ArgumentNullException.ThrowIfNull(options, "other");
        RunId = options.RunId ?? defaults.RunId;
        Name = options.Name ?? defaults.Name;
        foreach ((string key, string value) in defaults.Tags.Concat(options.Tags))
        {
            Tags[key] = value;
        }

        _priority = options._priority.Or(defaults._priority);
        _maxParallelism = options._maxParallelism.Or(defaults._maxParallelism);
        _cancellationGracePeriod = options._cancellationGracePeriod.Or(defaults._cancellationGracePeriod);
        _maxAbandoned = options._maxAbandoned.Or(defaults._maxAbandoned);
        _timeout = options._timeout.Or(defaults._timeout);
        _failurePolicy = options._failurePolicy.Or(defaults._failurePolicy);
        _budget = options._budget.Or(defaults._budget);
        _extra = options._extra.Or(defaults._extra);
        _maxBypasses = options._maxBypasses.Or(defaults._maxBypasses);
        _maxAddedSubtasks = options._maxAddedSubtasks.Or(defaults._maxAddedSubtasks);
        _maxAddedDepth = options._maxAddedDepth.Or(defaults._maxAddedDepth);
        _isolateOutputs = options._isolateOutputs.Or(defaults._isolateOutputs);
        _compensationTimeout = options._compensationTimeout.Or(defaults._compensationTimeout);
        _approvalTimeout = options._approvalTimeout.Or(defaults._approvalTimeout);
        _deferCallsWithin = options._deferCallsWithin.Or(defaults._deferCallsWithin);
    }

    /// <summary>
    /// Gets or sets the id of the run, unique among all runs of a store. It makes a start idempotent: when there is a run of this id with this plan, that run
    /// is returned, and resumed if no process drives it, instead of another being started. A run in memory is known until it has ended. Of a request only the
    /// goal is compared, and of options nothing. A start that its caller cancels may have started the run; it is not cancelled, so that the start can be repeated.
    /// </summary>
    /// <value>Any well-formed text of 1 to 256 characters. The default value is <see langword="null"/>: each start makes a new id.</value>
    public string? RunId { get; set; }

    /// <summary>Gets or sets a short name of the run for people. Runs can be listed by it; several may have the same.</summary>
    /// <value>1 to 200 characters, without control characters. The default value is <see langword="null"/>: no name.</value>
    public string? Name { get; set; }

    /// <summary>Gets the labels of the run, for example the tenant that it works for. Runs can be listed by them.</summary>
    /// <value>
    /// At most 32; keys have 1 to 64 characters, values at most 256, both without control characters. The default value is empty. Tags of the application's
    /// defaults are added to those of a run, whose own values win.
    /// </value>
    public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Gets or sets how important the run is, beside others that wait for the same resources: a run of higher priority is served first, whatever the runs
    /// hold. A run that others have passed <see cref="MaxBypasses"/> times is served next all the same, so none starves. Running work is never interrupted, and
    /// a run that code of another run waits for goes before all others.
    /// </summary>
    /// <value>From -1,000 to 1,000. The default value is 0.</value>
    public int Priority { get => _priority.Or(0); set => _priority = value; }

    /// <summary>Gets or sets how many subtasks run at a time.</summary>
    /// <value>From 1. The default value is 5.</value>
    public int MaxParallelism { get => _maxParallelism.Or(DefaultMaxParallelism); set => _maxParallelism = value; }

    /// <summary>
    /// Gets or sets how long code that was asked to stop may continue before it is abandoned: its subtask ends without it, its late result is discarded,
    /// and its resources stay leased until it returns.
    /// </summary>
    /// <value>From 0 to 1 day. The default value is 30 seconds.</value>
    public TimeSpan CancellationGracePeriod { get => _cancellationGracePeriod.Or(DefaultCancellationGracePeriod); set => _cancellationGracePeriod = value; }

    /// <summary>
    /// Gets or sets how many abandoned attempts may still be running when another attempt is to start beside one of them. Above this number a subtask
    /// fails instead of being retried.
    /// </summary>
    /// <value>From 0. The default value is 8.</value>
    public int MaxAbandoned { get => _maxAbandoned.Or(DefaultMaxAbandoned); set => _maxAbandoned = value; }

    /// <summary>
    /// Gets or sets how long the run may take in all; then it stops. Time passes also while nobody drives a durable run: when it is resumed too late, it stops
    /// before any attempt starts. A run that is started in the code of a subtask also stops when that code has to: at the end of the attempt's timeout and
    /// of the time of the run that it belongs to.
    /// </summary>
    /// <value>Greater than 0, at most 30 days. The default value is <see langword="null"/>: no limit.</value>
    public TimeSpan? Timeout { get => _timeout.Or(null); set => _timeout = value; }

    /// <summary>Gets or sets what the failure of a subtask means for the run.</summary>
    /// <value>The default value is <see cref="FailurePolicy.Continue"/>: only what depends on it is skipped.</value>
    public FailurePolicy FailurePolicy { get => _failurePolicy.Or(default); set => _failurePolicy = value; }

    /// <summary>Gets or sets what the run may use.</summary>
    /// <value>The default value is <see langword="null"/>: no limit.</value>
    public RunBudget? Budget { get => _budget.Or(null); set => _budget = value; }

    /// <summary>Gets or sets the work that the run may do beside what is needed, to end sooner.</summary>
    /// <value>The default value allows none.</value>
    public ExtraWork Extra { get => _extra.Or(ExtraWork.None); set => _extra = value; }

    /// <summary>
    /// Gets or sets how often less urgent subtasks that need one of its resources may start before a subtask that waits for them. At this number nothing
    /// less urgent that needs any of them starts before it. 0 keeps strictly to the order of urgency.
    /// </summary>
    /// <value>From 0. The default value is 64.</value>
    public int MaxBypasses { get => _maxBypasses.Or(DefaultMaxBypasses); set => _maxBypasses = value; }

    /// <summary>
    /// Gets or sets how many subtasks a run may add to its plan: those of handlers, of items of lists, and of nested plans. What would add more fails.
    /// </summary>
    /// <value>From 0. The default value is 100,000.</value>
    public int MaxAddedSubtasks { get => _maxAddedSubtasks.Or(DefaultMaxAddedSubtasks); set => _maxAddedSubtasks = value; }

    /// <summary>
    /// Gets or sets how deep subtasks may be added by subtasks that were added themselves: those that a subtask of the plan adds are 1 deep. What would be
    /// deeper fails.
    /// </summary>
    /// <value>From 0 for none at all. The default value is 1,000.</value>
    public int MaxAddedDepth { get => _maxAddedDepth.Or(DefaultMaxAddedDepth); set => _maxAddedDepth = value; }

    /// <summary>
    /// Gets or sets a value indicating whether each subtask receives copies of the outputs that its arguments refer to, as they were when the code that
    /// made them had returned. An output that does not come back from its JSON as it was fails its subtask as <c>ResultNotStorable</c>, unless its
    /// task type accepts that (<c>TaskTypeOptions.AcceptLossyOutput</c>). Durable runs always copy.
    /// </summary>
    /// <value>The default value is <see langword="false"/>: dependants share an output, and must not change it.</value>
    public bool IsolateOutputs { get => _isolateOutputs.Or(false); set => _isolateOutputs = value; }

    /// <summary>Gets or sets how long one attempt to compensate a subtask may take, when its task type has no timeout of its own.</summary>
    /// <value>Greater than 0, at most 30 days. The default value is 5 minutes.</value>
    public TimeSpan CompensationTimeout { get => _compensationTimeout.Or(DefaultCompensationTimeout); set => _compensationTimeout = value; }

    /// <summary>
    /// Gets or sets how long a subtask waits for an approval. A question that is not answered by then counts as rejected: its subtask fails as <c>ApprovalExpired</c>.
    /// Time counts from the question, also while nobody drives a durable run.
    /// </summary>
    /// <value>Greater than 0, at most 30 days. The default value is <see langword="null"/>: no limit.</value>
    public TimeSpan? ApprovalTimeout { get => _approvalTimeout.Or(null); set => _approvalTimeout = value; }

    /// <summary>
    /// Gets or sets within which time the run is to be done when calls of models may be deferred: sent to a batch endpoint, which costs less and answers within hours
    /// (<c>AddBatchEndpoint</c>). Calls are deferred as long as all that is left can still be done without that in time. It stops nothing when the time is up;
    /// <see cref="Timeout"/> does. Time counts from the start of the run, also while nobody drives it.
    /// </summary>
    /// <value>Greater than 0, at most 30 days. The default value is <see langword="null"/>: no call is deferred.</value>
    public TimeSpan? DeferCallsWithin { get => _deferCallsWithin.Or(null); set => _deferCallsWithin = value; }

    /// <summary>The deadline that the run has from the run in whose code it was started, or from that run's subtask. It stays when processes end.</summary>
    internal InheritedDeadline? LastingDeadline { get; init; }

    /// <summary>The deadline that the run has from the attempt in whose code it was started or resumed: it ends with the process.</summary>
    internal InheritedDeadline? AttemptDeadline { get; init; }

    /// <summary>Whether the plan, which is complete, waits for its approval: until then only early attempts start.</summary>
    internal bool AwaitsApproval { get; init; }

    /// <summary>The deadline that the run has from the code that started it.</summary>
    internal InheritedDeadline? Deadline => InheritedDeadline.Earlier(LastingDeadline, AttemptDeadline);

    /// <summary>Makes the options of a new run: what is not set here is taken of the defaults. Deadlines are those of the code that starts it.</summary>
    internal RunOptions Over(RunOptions defaults) => new(this, defaults);
}
