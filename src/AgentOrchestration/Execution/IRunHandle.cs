using AgentOrchestration.Graph;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Execution;

/// <summary>
/// A run as its executor sees it. Implementations must be safe for concurrent use, must end every run with exactly one
/// <see cref="RunEnded"/>, and must leave no subtask without exactly one terminal event.
/// </summary>
public interface IRunHandle : IAsyncDisposable
{
    /// <summary>Names the run, unique among all runs.</summary>
    string RunId { get; }

    /// <summary>What runs.</summary>
    TaskGraph Graph { get; }

    /// <summary>Completes when the run has ended. Failed subtasks do not make it fault.</summary>
    Task<RunOutcome> Completion { get; }

    /// <summary>The events so far, then live ones, up to and including the one that ends the run. Any number of readers, at any time.</summary>
    /// <param name="cancellationToken">Ends the watching, not the run.</param>
    IAsyncEnumerable<RunEvent> WatchAsync(CancellationToken cancellationToken);

    /// <summary>The run as it is now.</summary>
    RunSnapshot GetSnapshot();

    /// <summary>Asks the run to stop: nothing new starts, running code is told. Does not wait for it.</summary>
    /// <param name="cancellationToken">Cancels the asking.</param>
    ValueTask CancelAsync(CancellationToken cancellationToken);
}
