using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Execution.Run;

/// <summary>An attempt that runs now, whose result others wait for.</summary>
/// <param name="owner">Whose attempt it is.</param>
/// <param name="startedAt">When it started, as a timestamp.</param>
internal sealed class Flight(JoinedFlight owner, long startedAt)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JoinedFlight Owner { get; } = owner;

    public long StartedAt { get; } = startedAt;

    /// <summary>Completes when the attempt has ended, however it did.</summary>
    public Task Completion => _completion.Task;

    /// <summary>The result as the cache keeps it; <see langword="null"/> as long as there is none, and when there will be none.</summary>
    public byte[]? Entry { get; private set; }

    /// <summary>Whether there is, or may be, a result.</summary>
    public bool MayHaveResult => !_completion.Task.IsCompleted || Entry is not null;

    public void Complete(byte[]? entry)
    {
        Entry = entry;
        _completion.TrySetResult();
    }
}
