namespace AgentOrchestration.Benchmarks.Latency;

/// <summary>Something that runs a timed graph, again and again.</summary>
internal abstract class TimedRun : IAsyncDisposable
{
    /// <summary>Runs it once.</summary>
    /// <returns>How long it took.</returns>
    public abstract Task<TimeSpan> RunAsync(CancellationToken cancellationToken);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
