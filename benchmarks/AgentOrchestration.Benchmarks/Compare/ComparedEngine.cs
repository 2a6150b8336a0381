namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>
/// One engine with one graph and one body, ready to run it again and again. What can be made once and run often (a checked graph, a
/// workflow, a network of blocks) is made in the constructor, outside the clock; what a run needs anew is made in <see cref="RunAsync"/>.
/// </summary>
internal abstract class ComparedEngine : IAsyncDisposable
{
    /// <summary>Gets ready for a run. Outside the clock.</summary>
    public virtual void TakeTurn()
    {
    }

    /// <summary>Runs the graph to its end and keeps the results. This is what is timed.</summary>
    public abstract Task RunAsync();

    /// <summary>How many tasks of the last run have a right result. Outside the clock.</summary>
    public abstract int CountResults();

    /// <summary>Forgets the last run. Outside the clock.</summary>
    public virtual ValueTask ResetAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync() => ResetAsync();
}
