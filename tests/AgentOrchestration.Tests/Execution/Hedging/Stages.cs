using System.Collections.Concurrent;

namespace AgentOrchestration.Tests.Execution.Hedging;

/// <summary>Places in the code of a test, by name, that are passed in the order that the test wants.</summary>
internal sealed class Stages
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _stages = new(StringComparer.Ordinal);

    /// <summary>Waits until the place may be passed.</summary>
    public Task At(string name) => Of(name).Task.WaitAsync(Watchdog.LimitOfWork);

    /// <summary>Lets whoever waits there pass, now or later.</summary>
    public void Pass(string name) => Of(name).TrySetResult();

    public async Task GoAsync(string name, string until)
    {
        Pass(name);
        await At(until).InTimeAsync(what: until);
    }

    private TaskCompletionSource Of(string name) => _stages.GetOrAdd(name, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
