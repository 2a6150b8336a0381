using AgentOrchestration.Execution;
using AgentOrchestration.Graph;

namespace AgentOrchestration;

/// <summary>Starts runs with the executor of the application, and only what that executor supports.</summary>
internal sealed class RunStarter(IExecutor executor, RunWatch watch)
{
    /// <summary>The executor.</summary>
    public IExecutor Executor => executor;

    /// <summary>Whether results of other runs can be reused.</summary>
    public bool CanReuse => executor.Features.HasFlag(ExecutorFeatures.Reuse);

    /// <exception cref="InvalidPlanException">The plan or its options need what the executor does not support.</exception>
    public Task<OrchestrationRun> StartAsync(TaskGraph graph, RunOptions options, RunReuse? reuse, CancellationToken cancellationToken)
    {
        ExecutorSupport.ThrowIfAnyIsMissing(graph, options, executor);
        return watch.StartAsync(
            async () => (reuse is null
                ? await executor.StartAsync(graph, options, cancellationToken).ConfigureAwait(false)
                : await executor.StartAsync(graph, options, reuse, cancellationToken).ConfigureAwait(false), options),
            options.RunId);
    }

    /// <summary>Refuses what the executor does not support.</summary>
    /// <exception cref="InvalidPlanException">The plan or its options need what the executor does not support.</exception>
    public void ThrowIfNotSupported(TaskGraph graph, RunOptions options) => ExecutorSupport.ThrowIfAnyIsMissing(graph, options, executor);

    /// <summary>Starts a run whose plan is still being written, when the executor can.</summary>
    public OrchestrationRun? StartOpen(Func<IOpenRun?> start, RunOptions options) => watch.Start(start, options);

    /// <summary>Resumes a stored run.</summary>
    /// <param name="runId">Its id.</param>
    /// <param name="prepare">Takes its lease, and checks it.</param>
    /// <param name="cancellationToken">Cancels the start, not the run.</param>
    public Task<OrchestrationRun> ResumeAsync(string runId, Func<Task<RunResumption>> prepare, CancellationToken cancellationToken) => watch.StartAsync(
        async () =>
        {
            RunResumption run = await prepare().ConfigureAwait(false);
            return (await executor.ResumeAsync(run, cancellationToken).ConfigureAwait(false), run.Options);
        },
        runId);

    /// <summary>Called before a model is asked, so that no plan is paid for that cannot be started.</summary>
    /// <exception cref="NotSupportedException">The executor reuses no results.</exception>
    public void ThrowIfNothingIsReused()
    {
        if (!CanReuse)
        {
            throw new NotSupportedException(
                $"The executor {executor.GetType().Name} reuses no results of other runs ({nameof(ExecutorFeatures)}.{nameof(ExecutorFeatures.Reuse)}): start the plan as a new run.");
        }
    }
}
