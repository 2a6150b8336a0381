namespace AgentOrchestration.Benchmarks.Latency;

/// <summary>What an engine does that waits for a whole level before it starts the next.</summary>
internal static class LevelByLevel
{
    public static async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Task.Delay(100, cancellationToken), Task.Delay(300, cancellationToken));
        await Task.Delay(100, cancellationToken);
        await Task.Delay(100, cancellationToken);
        return TimeProvider.System.GetElapsedTime(start);
    }
}
