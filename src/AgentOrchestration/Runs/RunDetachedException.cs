using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Runs;

/// <summary>
/// A durable run goes no further in this process: it was disposed of before its end, its store failed, or another process has taken it
/// over. Nothing that was committed is lost; <c>ResumeAsync</c> continues it.
/// </summary>
public sealed class RunDetachedException : Exception
{
    internal RunDetachedException(string runId, string reason, Exception? innerException = null)
        : base($"The run {Excerpt.Of(runId)} was detached from this process: {reason} Committed work is kept; ResumeAsync(\"{Excerpt.Of(runId, RunIds.MaxLength)}\") continues it.", innerException) =>
        RunId = runId;

    /// <summary>Gets the id of the run.</summary>
    /// <value>The run can be resumed by this id.</value>
    public string RunId { get; }
}
