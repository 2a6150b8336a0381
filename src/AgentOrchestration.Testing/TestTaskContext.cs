using System.Text;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Batching;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing;

/// <summary>
/// A context for a handler that is called without a run: <c>handler.ExecuteAsync(input, new TestTaskContext(), ct)</c>. Records what the
/// handler reports. Safe for concurrent use.
/// </summary>
/// <param name="services">What the handler finds in <see cref="TaskContext.Services"/>, such as a chat client. Default: nothing.</param>
/// <param name="timeProvider">The clock. Default: the system's.</param>
/// <param name="taskType">The task type. Default: one that represents it.</param>
/// <param name="subtask">The subtask. Default: one of the task type, named after it.</param>
/// <param name="attempt">Which try this is. Default: the first.</param>
/// <param name="runId">The run. Default: <c>test</c>.</param>
/// <param name="missingInputs">The optional dependencies that have no output. Default: none.</param>
/// <param name="input">The input, for a middleware under test. Default: none.</param>
public sealed class TestTaskContext(
    IServiceProvider? services = null,
    TimeProvider? timeProvider = null,
    TaskDescriptor? taskType = null,
    Subtask? subtask = null,
    int attempt = 1,
    string runId = "test",
    IReadOnlyList<string>? missingInputs = null,
    object? input = null) : TaskContext
{
    private static readonly TaskDescriptor StandIn =
        TaskDescriptor.For("test", "Stands for the task type under test.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value));

    private static readonly ServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();

    private readonly Lock _gate = new();
    private readonly List<ReportedProgress> _progress = [];
    private readonly StringBuilder _text = new();
    private readonly List<Subtask> _additions = [];
    private TaskUsage _usage = TaskUsage.None;
    private volatile bool _isCacheable = true;

    /// <inheritdoc/>
    public override string RunId { get; } = runId;

    /// <inheritdoc/>
    public override Subtask Subtask { get; } = subtask ?? new Subtask { Id = (taskType ?? StandIn).Name, TaskType = (taskType ?? StandIn).Name };

    /// <inheritdoc/>
    public override TaskDescriptor TaskType { get; } = taskType ?? StandIn;

    /// <inheritdoc/>
    public override int Attempt { get; } = attempt;

    /// <inheritdoc/>
    public override object? Input { get; } = input;

    /// <inheritdoc/>
    public override IServiceProvider Services { get; } = services ?? NoServices;

    /// <inheritdoc/>
    public override TimeProvider TimeProvider { get; } = timeProvider ?? TimeProvider.System;

    /// <inheritdoc/>
    public override IReadOnlyList<string> MissingInputs { get; } = missingInputs ?? [];

    /// <summary>Gets the attempts that share one call of their code.</summary>
    internal Batch? Company { get; init; }

    /// <summary>Gets whether its code has failed with that of the others.</summary>
    internal bool IsBatchBroken { get; private set; }

    internal override Batch? Batch => Company;

    /// <summary>Gets every report of progress, clamped as in a run.</summary>
    /// <value>A copy, in order; empty when nothing was reported.</value>
    public IReadOnlyList<ReportedProgress> Progress => InGate(() => _progress.ToArray());

    /// <summary>Gets all text that was streamed.</summary>
    /// <value>Empty when nothing was streamed.</value>
    public string Text => InGate(_text.ToString);

    /// <summary>Gets a value that indicates whether the result cache may keep the result.</summary>
    /// <value>The default value is <see langword="true"/>, until <see cref="TaskContext.DoNotCache"/> is called.</value>
    public bool IsCacheable => _isCacheable;

    /// <summary>Gets the usage reported, including that of calls through <see cref="TaskContext.Chat"/>.</summary>
    /// <value><see cref="TaskUsage.None"/> when nothing was used.</value>
    public TaskUsage Usage => InGate(() => _usage);

    /// <summary>Gets the subtasks that were added. They are not checked, and keep the ids that the handler gave them.</summary>
    /// <value>A copy, in order; empty when none was added.</value>
    public IReadOnlyList<Subtask> Additions => InGate(() => _additions.ToArray());

    /// <inheritdoc/>
    public override void ReportProgress(double fraction, string? message = null)
    {
        lock (_gate)
        {
            _progress.Add(new ReportedProgress(double.IsNaN(fraction) ? 0 : Math.Clamp(fraction, 0, 1), message));
        }
    }

    /// <inheritdoc/>
    public override void StreamText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        lock (_gate)
        {
            _text.Append(text);
        }
    }

    /// <inheritdoc/>
    public override void ReportUsage(TaskUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        lock (_gate)
        {
            _usage = _usage.Add(usage);
        }
    }

    internal override void BreakBatch() => IsBatchBroken = true;

    /// <inheritdoc/>
    public override void DoNotCache() => _isCacheable = false;

    /// <inheritdoc/>
    public override void AddSubtasks(Action<TaskPlanBuilder> build)
    {
        TaskPlan added = TaskPlan.Create(build);
        lock (_gate)
        {
            _additions.AddRange(added.Subtasks);
        }
    }

    private T InGate<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }
}
