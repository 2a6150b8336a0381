using AgentOrchestration.Graph;

namespace AgentOrchestration.Execution;

/// <summary>
/// Passes every call on to another executor. The base of executors that wrap one: <c>UseExecutor((services, inner) => new MyExecutor(inner))</c>.
/// To change what a started run does, return a <see cref="DelegatingRunHandle"/>.
/// </summary>
/// <remarks>
/// Runs start in more than one way: with a plan, with results to reuse, and by <see cref="TryStartOpen"/> while the plan of a request is still being written. What
/// must hold for every run belongs into each of them.
/// </remarks>
/// <param name="inner">The executor that is wrapped.</param>
/// <example>
/// <code>
/// public sealed class OneAtATime(IExecutor inner) : DelegatingExecutor(inner)
/// {
///     public override ValueTask&lt;IRunHandle&gt; StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken) =>
///         base.StartAsync(graph, Limit(options), cancellationToken);
///
///     public override IOpenRun? TryStartOpen(TaskGraph empty, RunOptions options) => base.TryStartOpen(empty, Limit(options));
///
///     private static RunOptions Limit(RunOptions options) => new(options) { MaxParallelism = 1 };
/// }
/// </code>
/// </example>
public abstract class DelegatingExecutor(IExecutor inner) : IExecutor
{
    /// <inheritdoc/>
    public virtual ExecutorFeatures Features => Inner.Features;

    /// <summary>Gets the executor that is wrapped.</summary>
    /// <value>The executor given to the constructor.</value>
    protected IExecutor Inner { get; } = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    public virtual IOpenRun? TryStartOpen(TaskGraph empty, RunOptions options) => Inner.TryStartOpen(empty, options);

    /// <inheritdoc/>
    public virtual ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken) =>
        Inner.StartAsync(graph, options, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, RunReuse reuse, CancellationToken cancellationToken) =>
        Inner.StartAsync(graph, options, reuse, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<IRunHandle> ResumeAsync(RunResumption run, CancellationToken cancellationToken) => Inner.ResumeAsync(run, cancellationToken);
}
