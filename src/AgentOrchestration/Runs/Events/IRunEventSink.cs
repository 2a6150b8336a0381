namespace AgentOrchestration.Runs.Events;

/// <summary>
/// Receives every event of every run, in order within each run. A sink that throws or lags harms no run: it is called apart from it.
/// Implementations must be safe for concurrent use by several runs.
/// </summary>
/// <remarks>
/// Disposing of a run, and <c>RunAsync</c>, wait for its sinks as long as they make progress: one that blocks for 2 seconds in a call, or does not
/// catch up within the run's <see cref="RunOptions.CancellationGracePeriod"/>, is named in the log and not waited for any longer; it still receives the rest.
/// A sink may dispose of the run or of the application's services: nothing waits for it then.
/// </remarks>
public interface IRunEventSink
{
    /// <summary>
    /// Gets a value that indicates whether the sink receives the events of a run that starts now. A run without an enabled sink creates no event
    /// objects.
    /// </summary>
    /// <value><see langword="true"/> to receive the events; otherwise <see langword="false"/>.</value>
    bool IsEnabled { get; }

    /// <summary>Receives one event. An exception is logged, and the next event follows.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="runEvent">The event.</param>
    void OnEvent(string runId, RunEvent runEvent);

    /// <summary>
    /// Receives one event of the time before a durable run was resumed here, which may have been received in another process. They come first, in
    /// order. Default: nothing is done.
    /// </summary>
    /// <param name="runId">The run.</param>
    /// <param name="runEvent">The event.</param>
    void OnReplayed(string runId, RunEvent runEvent)
    {
    }

    /// <summary>No more is received of a durable run that has not ended: it goes no further in this process. Default: nothing is done.</summary>
    /// <param name="runId">The run.</param>
    void OnDetached(string runId)
    {
    }
}
