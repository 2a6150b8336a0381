namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>What a task does, the same in every engine.</summary>
internal sealed record TaskBody(string Name, Func<ValueTask<Answer>> RunAsync)
{
    /// <summary>Returns at once.</summary>
    public static TaskBody Synchronous { get; } = new("sync", static () =>
    {
        ExecutionCounter.Add();
        return new ValueTask<Answer>(Answer.Instance);
    });

    /// <summary>Goes through the thread pool once.</summary>
    public static TaskBody Yielding { get; } = new("yield", static async () =>
    {
        await Task.Yield();
        ExecutionCounter.Add();
        return Answer.Instance;
    });

    /// <summary>Computes for a while.</summary>
    public static TaskBody Spinning(int iterations) => new($"spin {iterations}", () =>
    {
        Spin.Work(iterations);
        ExecutionCounter.Add();
        return new ValueTask<Answer>(Answer.Instance);
    });
}
