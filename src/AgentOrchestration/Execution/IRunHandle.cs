using AgentOrchestration.Graph;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>
/// A run as its executor sees it. Implementations must be safe for concurrent use, must end every run with exactly one
/// <see cref="RunEnded"/>, and must leave no subtask without exactly one terminal event. What a simple executor does not offer it need not
/// implement: those members throw <see cref="NotSupportedException"/> then.
/// </summary>
public interface IRunHandle : IAsyncDisposable
{
    /// <summary>Gets the id of the run.</summary>
    /// <value>Unique among all runs.</value>
    string RunId { get; }

    /// <summary>Gets the graph of the plan that the run executes.</summary>
    /// <value>Without subtasks that the run adds.</value>
    TaskGraph Graph { get; }

    /// <summary>Gets the plan that the run executes.</summary>
    /// <value>The default value is that of <see cref="Graph"/>.</value>
    TaskPlan Plan => Graph.Plan;

    /// <summary>Gets a task that completes when the run has ended.</summary>
    /// <value>Failed subtasks do not make it fault.</value>
    Task<RunOutcome> Completion { get; }

    /// <summary>Gets whether the run had ended before it was resumed, so that it is only read: nothing of it is reported a second time.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    bool HadEnded => false;

    /// <summary>Reads the events so far, then live ones, up to and including the one that ends the run. Any number of readers, at any time.</summary>
    /// <param name="cancellationToken">Ends the watching, not the run.</param>
    /// <returns>The events, in order.</returns>
    IAsyncEnumerable<RunEvent> WatchAsync(CancellationToken cancellationToken);

    /// <summary>Reads the events from a position on. The default implementation reads all events and leaves out the earlier ones.</summary>
    /// <param name="from">The lowest <see cref="RunEvent.Sequence"/> of an event that is read.</param>
    /// <param name="cancellationToken">Ends the watching, not the run.</param>
    /// <returns>The events, in order; ends with the event that ends the run.</returns>
    IAsyncEnumerable<RunEvent> WatchAsync(long from, CancellationToken cancellationToken) => ReadFromAsync(WatchAsync(cancellationToken), from);

    /// <summary>Gets the state of the run at this moment.</summary>
    /// <returns>A snapshot that does not change.</returns>
    RunSnapshot GetSnapshot();

    /// <summary>Gets what another run may reuse of this one, which has ended.</summary>
    /// <returns>The default is made of <see cref="GetSnapshot"/>.</returns>
    RunReuse GetReuse() => new(RunId, Graph) { Ended = GetSnapshot() };

    /// <summary>Reports how long the attempts of this run that succeeded took, after its end. The default reads <see cref="GetSnapshot"/>.</summary>
    /// <param name="observed">Receives the durations.</param>
    void ReportDurations(IObservedDurations observed)
    {
        ArgumentNullException.ThrowIfNull(observed);
        DurationObserver.Observe(GetSnapshot(), observed);
    }

    /// <summary>Requests the run to stop: no subtask starts any more, and running code is cancelled. Does not wait for the end.</summary>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>A task that completes when the request is accepted.</returns>
    ValueTask CancelAsync(CancellationToken cancellationToken);

    /// <summary>Cancels one subtask: it does not start, or its running code is cancelled. Does not wait for its end.</summary>
    /// <param name="subtaskId">The subtask.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>A task that completes when the request is accepted.</returns>
    /// <exception cref="ArgumentException">The run has no such subtask.</exception>
    /// <exception cref="NotSupportedException">The executor cannot cancel single subtasks.</exception>
    ValueTask CancelAsync(string subtaskId, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This executor cannot cancel single subtasks.");

    /// <summary>Answers the question whether a subtask may run.</summary>
    /// <param name="subtaskId">The subtask.</param>
    /// <param name="fingerprint">That of the question, <see cref="ApprovalRequested.Fingerprint"/>.</param>
    /// <param name="isApproved">The answer.</param>
    /// <param name="by">Who answers; may be <see langword="null"/>.</param>
    /// <param name="reason">Why; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the answering.</param>
    /// <returns>Whether the answer counted: whether this very question was open.</returns>
    /// <exception cref="ArgumentException">The run has no such subtask.</exception>
    /// <exception cref="NotSupportedException">The executor knows no approvals.</exception>
    ValueTask<bool> DecideAsync(string subtaskId, string fingerprint, bool isApproved, string? by, string? reason, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This executor knows no approvals.");

    /// <summary>Pauses the run: what runs continues to its end, and nothing else starts.</summary>
    /// <param name="reason">Why; may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>Whether it counted: whether the run continues and was not paused.</returns>
    /// <exception cref="NotSupportedException">The executor cannot pause runs.</exception>
    ValueTask<bool> PauseAsync(string? reason, CancellationToken cancellationToken) => throw new NotSupportedException("This executor cannot pause runs.");

    /// <summary>Continues a paused run.</summary>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>Whether it counted: whether the run was paused and has not ended.</returns>
    /// <exception cref="NotSupportedException">The executor cannot pause runs.</exception>
    ValueTask<bool> ContinueAsync(CancellationToken cancellationToken) => throw new NotSupportedException("This executor cannot pause runs.");

    /// <summary>Gives the run another budget. What it has used already counts against it.</summary>
    /// <param name="budget">The budget from now on.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>Whether the budget was accepted: the run has a budget and has not ended.</returns>
    /// <exception cref="NotSupportedException">The executor knows no budgets.</exception>
    ValueTask<bool> ExtendBudgetAsync(RunBudget budget, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This executor knows no budgets.");

    /// <summary>
    /// Closes the run because its host shuts down, as disposing does: a durable run is detached, one in memory is cancelled. Waits for running code
    /// no longer than it is given. The default disposes of the run.
    /// </summary>
    /// <param name="graceEnd">Is cancelled when code has to be waited for no longer; what was decided is still written then.</param>
    /// <returns>A task that completes when the run is closed, or when <paramref name="graceEnd"/> is cancelled.</returns>
    ValueTask CloseAsync(CancellationToken graceEnd) => DisposeAsync();

    private static async IAsyncEnumerable<RunEvent> ReadFromAsync(IAsyncEnumerable<RunEvent> events, long from)
    {
        await foreach (RunEvent next in events.ConfigureAwait(false))
        {
            if (next.Sequence >= from)
            {
                yield return next;
            }
        }
    }
}
