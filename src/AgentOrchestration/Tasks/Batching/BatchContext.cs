using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tasks.Batching;

/// <summary>Provides the code of a batch with what its items have in common. Valid until the code returns.</summary>
public sealed class BatchContext
{
    private readonly BatchCall _call;
    private readonly Batch? _batch;
    private readonly TaskContext _first;

    internal BatchContext(BatchCall call, Batch? batch, TaskContext first, IServiceProvider services)
    {
        _call = call;
        _batch = batch;
        _first = first;
        Services = services;
        RunId = first.RunId;
        TaskType = first.TaskType;
        TimeProvider = first.TimeProvider;
    }

    /// <summary>Gets the id of the run.</summary>
    /// <value>All items are of one run.</value>
    public string RunId { get; }

    /// <summary>Gets the task type whose code runs.</summary>
    /// <value>All items are of one type.</value>
    public TaskDescriptor TaskType { get; }

    /// <summary>Gets the services of the call's own scope, which is disposed when the code has returned.</summary>
    /// <value>One scope for each call.</value>
    public IServiceProvider Services { get; }

    /// <summary>Gets the clock to use instead of the system's.</summary>
    /// <value>The clock of the application; virtual in a simulation.</value>
    public TimeProvider TimeProvider { get; }

    /// <summary>Gets the application's chat client. The usage of its calls is divided among the items.</summary>
    /// <value>A client that counts, around the registered one.</value>
    /// <exception cref="InvalidOperationException">The application has registered none.</exception>
    public IChatClient Chat => field ??= new CountingChatClient(
        Services.GetService<IChatClient>()
            ?? throw new InvalidOperationException($"The batch of '{TaskType.Name}' wants a chat client, but none is registered: call services.AddChatClient(…)."),
        new EndpointCaller(TaskType.Name, _first.RunPriority),
        ReportUsage,
        DoNotCache,
        ShowFirstToken,
        Services.GetService<PriceTable>());

    /// <summary>
    /// Counts what the code used beside the calls of <see cref="Chat"/>. It is divided among the items that have no answer yet, in equal parts that add up to it;
    /// what is reported after all answers counts for the last of them. Safe to call from any thread.
    /// </summary>
    /// <param name="usage">How much, not negative.</param>
    public void ReportUsage(TaskUsage usage)
    {
        ReportedUsage.Check(usage);
        _call.Count(usage);
    }

    /// <summary>
    /// Keeps the results of the items that have no answer yet out of the result cache. An answer of <see cref="Chat"/> that was cut off or filtered does so by
    /// itself. Safe to call from any thread.
    /// </summary>
    public void DoNotCache() => _call.DoNotCache();

    /// <summary>
    /// Rents an object of a resource that the task type requires: the batch holds what one subtask requires. It is returned by itself when the code has returned.
    /// Safe to call from any thread.
    /// </summary>
    /// <typeparam name="T">The type that the resource was declared with, or one that it derives from.</typeparam>
    /// <param name="resource">The resource, declared with <c>AddResourceObjects</c>.</param>
    /// <param name="cancellationToken">Ends the making of an object, when none is idle.</param>
    /// <returns>The object.</returns>
    /// <exception cref="InvalidOperationException">The task type does not require so much of it, it has no objects, or they are of another type.</exception>
    /// <exception cref="NotSupportedException">There are no objects here: in an executor without them.</exception>
    public ValueTask<T> RentAsync<T>(string resource, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(resource);
        return _batch is not null ? _batch.RentAsync<T>(resource, cancellationToken) : _first.RentAsync<T>(resource, cancellationToken);
    }

    /// <summary>Removes the secrets that the run's code was given from a text that is shown, such as a log entry or a span.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text with a placeholder for each secret.</returns>
    public string Redact(string text) => _first.Redact(text);

    private void ShowFirstToken() => _call.ShowFirstToken();
}
