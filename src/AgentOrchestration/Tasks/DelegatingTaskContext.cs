using AgentOrchestration.Tasks.Batching;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Tasks;

/// <summary>
/// Passes every call on to another context. The base of contexts that a middleware hands to the rest of an attempt:
/// <c>await next(new MyContext(context), cancellationToken)</c>.
/// </summary>
/// <param name="inner">The context that is wrapped.</param>
public abstract class DelegatingTaskContext(TaskContext inner) : TaskContext
{
    /// <inheritdoc/>
    public override string RunId => Inner.RunId;

    /// <inheritdoc/>
    public override Subtask Subtask => Inner.Subtask;

    /// <inheritdoc/>
    public override TaskDescriptor TaskType => Inner.TaskType;

    /// <inheritdoc/>
    public override int Attempt => Inner.Attempt;

    /// <inheritdoc/>
    public override object? Input => Inner.Input;

    /// <inheritdoc/>
    public override IServiceProvider Services => Inner.Services;

    /// <inheritdoc/>
    public override TimeProvider TimeProvider => Inner.TimeProvider;

    /// <inheritdoc/>
    public override IReadOnlyList<string> MissingInputs => Inner.MissingInputs;

    internal override int RunPriority => Inner.RunPriority;

    internal override DeferrableCalls? Deferrable => Inner.Deferrable;

    internal override Batch? Batch => Inner.Batch;

    /// <summary>Gets the context that is wrapped.</summary>
    /// <value>The context given to the constructor.</value>
    protected TaskContext Inner { get; } = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    public override ValueTask<T> RentAsync<T>(string resource, CancellationToken cancellationToken) => Inner.RentAsync<T>(resource, cancellationToken);

    /// <inheritdoc/>
    public override void ReportProgress(double fraction, string? message = null) => Inner.ReportProgress(fraction, message);

    /// <inheritdoc/>
    public override void StreamText(string text) => Inner.StreamText(text);

    /// <inheritdoc/>
    public override string Redact(string text) => Inner.Redact(text);

    /// <inheritdoc/>
    public override void ReportUsage(TaskUsage usage) => Inner.ReportUsage(usage);

    /// <inheritdoc/>
    public override void DoNotCache() => Inner.DoNotCache();

    internal override void ShowFirstToken() => Inner.ShowFirstToken();

    internal override void ShowRejection() => Inner.ShowRejection();

    internal override void BreakBatch() => Inner.BreakBatch();

    /// <inheritdoc/>
    public override void AddSubtasks(Action<TaskPlanBuilder> build) => Inner.AddSubtasks(build);
}
