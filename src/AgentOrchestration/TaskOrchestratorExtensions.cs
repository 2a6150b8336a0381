namespace AgentOrchestration;

/// <summary>Starts and runs plans and requests with the default options of the application.</summary>
/// <example>
/// <code>
/// ReportDocument report = await orchestrator.RunAsync&lt;ReportDocument&gt;(plan, cancellationToken);
/// </code>
/// </example>
public static class TaskOrchestratorExtensions
{
    /// <inheritdoc cref="ITaskOrchestrator.StartAsync(TaskPlan, RunOptions?, CancellationToken)"/>
    /// <param name="orchestrator">The orchestrator.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Cancels the start, not the run.</param>
    public static Task<OrchestrationRun> StartAsync(this ITaskOrchestrator orchestrator, TaskPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return orchestrator.StartAsync(plan, options: null, cancellationToken);
    }

    /// <inheritdoc cref="ITaskOrchestrator.StartAsync(OrchestrationRequest, RunOptions?, CancellationToken)"/>
    /// <param name="orchestrator">The orchestrator.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Cancels the planning and the start, not the run.</param>
    public static Task<OrchestrationRun> StartAsync(this ITaskOrchestrator orchestrator, OrchestrationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return orchestrator.StartAsync(request, options: null, cancellationToken);
    }

    /// <inheritdoc cref="ITaskOrchestrator.ReplanAsync"/>
    /// <param name="orchestrator">The orchestrator.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="run">The run; it is waited for, and not disposed.</param>
    /// <param name="cancellationToken">Cancels the waiting, the planning and the start, not the run.</param>
    public static Task<OrchestrationRun> ReplanAsync(
        this ITaskOrchestrator orchestrator, OrchestrationRequest request, OrchestrationRun run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return orchestrator.ReplanAsync(request, run, options: null, cancellationToken);
    }

    /// <inheritdoc cref="ITaskOrchestrator.RunAsync{T}(OrchestrationRequest, RunOptions?, CancellationToken)"/>
    /// <param name="orchestrator">The orchestrator.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Cancels the planning, the run and the compiling.</param>
    public static Task<T> RunAsync<T>(this ITaskOrchestrator orchestrator, OrchestrationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return orchestrator.RunAsync<T>(request, options: null, cancellationToken);
    }

    /// <inheritdoc cref="ITaskOrchestrator.RunAsync{T}(TaskPlan, RunOptions?, CancellationToken)"/>
    /// <param name="orchestrator">The orchestrator.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Cancels the run and the compiling.</param>
    public static Task<T> RunAsync<T>(this ITaskOrchestrator orchestrator, TaskPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return orchestrator.RunAsync<T>(plan, options: null, cancellationToken);
    }
}
