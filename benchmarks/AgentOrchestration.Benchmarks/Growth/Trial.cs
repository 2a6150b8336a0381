namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>An operation at one size, prepared.</summary>
/// <param name="run">Does what is measured, and throws when its result is wrong.</param>
internal sealed class Trial(Func<Task> run)
{
    public Trial(Action run)
        : this(() =>
        {
            run();
            return Task.CompletedTask;
        })
    {
    }

    /// <summary>What has to be done first, unmeasured.</summary>
    public Func<Task> SetUp { get; init; } = static () => Task.CompletedTask;

    /// <summary>What has to be done in the end, unmeasured.</summary>
    public Func<ValueTask> Release { get; init; } = static () => ValueTask.CompletedTask;

    /// <summary>An operation on something that is made first and disposed of in the end.</summary>
    public static Trial Using<T>(Func<T> create, Func<T, Task> run)
        where T : class, IAsyncDisposable => Using(() => Task.FromResult(create()), run);

    /// <summary>An operation on something that is made first and disposed of in the end.</summary>
    public static Trial Using<T>(Func<Task<T>> create, Func<T, Task> run)
        where T : class, IAsyncDisposable
    {
        T? used = null;
        return new Trial(() => run(used!))
        {
            SetUp = async () => used = await create(),
            Release = () => used!.DisposeAsync(),
        };
    }

    public Task RunAsync() => run();
}
