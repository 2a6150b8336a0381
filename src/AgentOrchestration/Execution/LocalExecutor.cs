using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Execution;

/// <summary>
/// The built-in executor: runs in this process, on its thread pool. It is in the container under its own type too, so that an executor of
/// an application's own can be built around it.
/// </summary>
public sealed class LocalExecutor : IExecutor
{
    private readonly TaskMiddleware[] _middleware;

    internal LocalExecutor(
        IServiceScopeFactory scopes,
        LimitedResources resources,
        RunOrdering ordering,
        TimeProvider timeProvider,
        PayloadSerializer serializer,
        IEnumerable<TaskMiddleware> middleware,
        IEnumerable<IRunEventSink> sinks,
        ILogger<LocalExecutor> logger,
        IResultCache? cache = null)
    {
        Scopes = scopes;
        Resources = resources;
        Ordering = ordering;
        TimeProvider = timeProvider;
        Serializer = serializer;
        Sinks = [.. sinks];
        Logger = logger;
        Cache = cache;
        _middleware = [.. middleware];
        Pipeline = _middleware.Reverse().Aggregate(
            (TaskDelegate)InvokeHandlerAsync,
            (next, outer) => (context, cancellationToken) => outer.InvokeAsync(context, next, cancellationToken));
    }

    /// <summary>Where the work happens.</summary>
    internal WorkerPool Workers { get; init; } = WorkerPool.Shared;

    /// <summary>The objects of resources; <see langword="null"/> when there are none.</summary>
    internal ResourceObjects? Objects { get; init; }

    internal IServiceScopeFactory Scopes { get; }

    internal LimitedResources Resources { get; }

    internal RunShares Shares { get; init; } = new();

    internal TimeProvider TimeProvider { get; }

    internal PayloadSerializer Serializer { get; }

    internal IReadOnlyList<IRunEventSink> Sinks { get; }

    internal ILogger Logger { get; }

    internal IResultCache? Cache { get; }

    /// <summary>All middleware around the handler, composed once.</summary>
    internal TaskDelegate Pipeline { get; }

    /// <summary>Whether any middleware does anything at the moment.</summary>
    internal bool HasActiveMiddleware
    {
        get
        {
            foreach (TaskMiddleware middleware in _middleware)
            {
                if (middleware.IsActive)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>In which order ready subtasks start.</summary>
    internal RunOrdering Ordering { get; }

    /// <inheritdoc/>
    public async ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxParallelism, 1, nameof(options));
        cancellationToken.ThrowIfCancellationRequested();
        SubtaskOrder order = await Ordering.OrderAsync(graph, options.MaxParallelism, cancellationToken).ConfigureAwait(false);
        var run = new LocalRun(this, graph, options, order);
        run.Start();
        return run;
    }

    /// <summary>Starts a run whose plan is still being written.</summary>
    /// <param name="nothing">The graph of no subtasks.</param>
    /// <param name="options">How.</param>
    internal LocalRun StartOpen(TaskGraph nothing, RunOptions options)
    {
        var run = new LocalRun(this, nothing, options, SubtaskOrder.CriticalPathFirst);
        run.StartOpen();
        return run;
    }

    private static ValueTask<object?> InvokeHandlerAsync(TaskContext context, CancellationToken cancellationToken)
    {
        var attempt = (LocalAttempt)context;
        return context.TaskType.Invoker.InvokeAsync(attempt.Input, context, cancellationToken);
    }
}
