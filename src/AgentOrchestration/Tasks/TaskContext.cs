using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Batching;
using AgentOrchestration.Tasks.Deferring;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

/// <summary>
/// Provides one attempt of a subtask with its run, its services and its reports. Valid until the code returns. The built-in executor creates it; a
/// custom executor, or a test of a handler, derives from it.
/// </summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().AddTaskType("summarize", "Summarizes a table.", async (Table table, TaskContext context, CancellationToken cancellationToken) =&gt;
/// {
///     context.ReportProgress(0.5, "asking the model");
///     return (await context.Chat.GetResponseAsync([PromptData.Message("table", table.ToCsv())], cancellationToken: cancellationToken)).Text;
/// });
/// </code>
/// </example>
public abstract class TaskContext
{
    /// <summary>Gets the id of the run.</summary>
    /// <value>Unique among all runs.</value>
    public abstract string RunId { get; }

    /// <summary>Gets the subtask that is executed.</summary>
    /// <value>The subtask as its plan describes it.</value>
    public abstract Subtask Subtask { get; }

    /// <summary>Gets the task type whose code runs.</summary>
    /// <value>The registered task type.</value>
    public abstract TaskDescriptor TaskType { get; }

    /// <summary>Gets the number of this attempt.</summary>
    /// <value>From 1.</value>
    public abstract int Attempt { get; }

    /// <summary>Gets the input of the attempt, bound and checked: what the code of the task type receives.</summary>
    /// <value>An instance of the task type's input type; <see langword="null"/> where the executor passes it in another way.</value>
    public virtual object? Input => null;

    /// <summary>
    /// Gets the key that all attempts of the subtask share, also after a crash. Send it with every change made outside, so that the receiver can
    /// recognize a repetition.
    /// </summary>
    /// <value>The id of the run, a slash, and the id of the subtask.</value>
    public string IdempotencyKey => $"{RunId}/{Subtask.Id}";

    /// <summary>
    /// Gets the services of the attempt's own scope, which is disposed when the attempt's code has returned. Safe to call from any thread.
    /// </summary>
    /// <value>One scope for each attempt.</value>
    /// <exception cref="ObjectDisposedException">The attempt's code has returned.</exception>
    public abstract IServiceProvider Services { get; }

    /// <summary>Gets the clock to use instead of the system's.</summary>
    /// <value>The clock of the application; virtual in a simulation.</value>
    public abstract TimeProvider TimeProvider { get; }

    /// <summary>Gets the priority of the run among others.</summary>
    internal virtual int RunPriority => 0;

    /// <summary>The calls of a model that can be deferred; <see langword="null"/> when none can.</summary>
    internal virtual DeferrableCalls? Deferrable => null;

    /// <summary>An endpoint has rejected a call.</summary>
    internal virtual void ShowRejection()
    {
    }

    /// <summary>A model has begun to answer.</summary>
    internal virtual void ShowFirstToken()
    {
    }

    /// <summary>Gets the optional dependencies that have no output because they failed, were skipped or were cancelled.</summary>
    /// <value>The default value is empty.</value>
    public virtual IReadOnlyList<string> MissingInputs => [];

    /// <summary>Gets the application's chat client. The usage of its calls counts as usage of this attempt.</summary>
    /// <value>A client that counts, around the registered one.</value>
    /// <exception cref="InvalidOperationException">The application has registered none.</exception>
    public IChatClient Chat => field ??= new CountingChatClient(
        Services.GetService<IChatClient>()
            ?? throw new InvalidOperationException($"The subtask '{Subtask.Id}' wants a chat client, but none is registered: call services.AddChatClient(…)."),
        new EndpointCaller(TaskType.Name, RunPriority) { Deferrable = Deferrable, Rejected = ShowRejection },
        ReportUsage,
        DoNotCache,
        ShowFirstToken,
        Services.GetService<PriceTable>());

    /// <summary>The attempts that this one started with, to share one call of their code; <see langword="null"/> when it is alone.</summary>
    internal virtual Batch? Batch => null;

    /// <summary>
    /// Rents an object of a resource that the subtask requires, such as a browser or a connection; each call rents another one, up to the amount that
    /// the subtask requires. It is returned by itself when the attempt's code has returned. Safe to call from any thread.
    /// </summary>
    /// <typeparam name="T">The type that the resource was declared with, or one that it derives from.</typeparam>
    /// <param name="resource">The resource, declared with <c>AddResourceObjects</c>.</param>
    /// <param name="cancellationToken">Ends the making of an object, when none is idle.</param>
    /// <returns>The object.</returns>
    /// <exception cref="InvalidOperationException">The subtask does not require so much of it, it has no objects, or they are of another type.</exception>
    /// <exception cref="NotSupportedException">There are no objects here: in an executor without them, and when work is undone.</exception>
    public virtual ValueTask<T> RentAsync<T>(string resource, CancellationToken cancellationToken)
        where T : class =>
        throw new NotSupportedException($"No object of the resource '{resource}' can be lent here.");

    /// <summary>Reports how far the work is. Never throws, never waits. Safe to call from any thread.</summary>
    /// <param name="fraction">From 0 to 1; values outside are clamped, not-a-number counts as 0.</param>
    /// <param name="message">What is being done. Default: none.</param>
    public abstract void ReportProgress(double fraction, string? message = null);

    /// <summary>
    /// Shows a piece of text, such as a part of a model's answer, to those who watch the run. In a run that was given secrets the end of a piece is held
    /// back, until the next piece or the end of the attempt, where a secret may continue. Never throws, never waits. Safe to call from any thread.
    /// </summary>
    /// <param name="text">The piece.</param>
    public virtual void StreamText(string text)
    {
    }

    /// <summary>Removes the secrets that the run's code was given from a text that is shown, such as a log entry or a span.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text with a placeholder for each secret. The default returns it unchanged.</returns>
    public virtual string Redact(string text) => text;

    /// <summary>Counts what the attempt used beside the calls of <see cref="Chat"/>. Safe to call from any thread.</summary>
    /// <param name="usage">How much, not negative.</param>
    public virtual void ReportUsage(TaskUsage usage)
    {
    }

    /// <summary>
    /// Keeps the result of this attempt out of the result cache, for example because it is good for this run only. An answer of <see cref="Chat"/> that
    /// was cut off or filtered does so by itself. Safe to call from any thread.
    /// </summary>
    public virtual void DoNotCache()
    {
    }

    /// <summary>Reports that the code of the batch has failed, and not that of this attempt.</summary>
    internal virtual void BreakBatch()
    {
    }

    /// <summary>
    /// Adds subtasks to the run. They start when this subtask has succeeded, which every one of them depends on; if it fails, nothing is
    /// added. They may depend on each other and on any subtask of the run, and their ids get this subtask's id and a slash in front.
    /// </summary>
    /// <param name="build">Adds the subtasks.</param>
    /// <exception cref="InvalidPlanException">The subtasks do not pass the checks that a plan has to; nothing is added.</exception>
    /// <exception cref="InvalidOperationException">The attempt has ended, so what is added would be lost; or there would be too many.</exception>
    /// <exception cref="NotSupportedException">The executor lets no run grow.</exception>
    public virtual void AddSubtasks(Action<TaskPlanBuilder> build) =>
        throw new NotSupportedException("This executor lets no run grow.");
}
