namespace AgentOrchestration.Runs.State;

/// <summary>The attempts of a run that have started early, and what has become of them: the fold of their facts.</summary>
internal sealed class EarlyWork
{
    private readonly Dictionary<int, EarlyAttempt> _open = [];
    private readonly HashSet<int> _dropped = [];

    /// <summary>How many have not come to use: they run, their output is held, or they were dropped.</summary>
    public int Unproven => _open.Count + _dropped.Count;

    /// <summary>Whether it is not decided of any what becomes of it.</summary>
    public bool IsAny => _open.Count > 0;

    /// <summary>Those whose subtasks have to wait for more, until somebody has looked at them.</summary>
    public Queue<int> Outdated { get; } = new();

    public EarlyAttempt? Find(int subtask) => _open.GetValueOrDefault(subtask);

    /// <summary>Whether the early attempt of a subtask was dropped; there is at most one.</summary>
    public bool WasDropped(int subtask) => _dropped.Contains(subtask);

    public void Begin(int subtask, int attempt) => _open.Add(subtask, new EarlyAttempt(attempt));

    /// <summary>The gate is open: from now on the attempt is like any other.</summary>
    public void Confirm(int subtask) => _open.Remove(subtask);

    /// <summary>What the attempt did is of no use.</summary>
    /// <returns>Whether it was an early one.</returns>
    public bool Drop(int subtask) => _open.Remove(subtask) && _dropped.Add(subtask);

    /// <summary>All facts have been applied: those that were not looked at are looked at again.</summary>
    public void Resume()
    {
        Outdated.Clear();
        foreach ((int subtask, EarlyAttempt early) in _open)
        {
            if (early.IsOutdated)
            {
                Outdated.Enqueue(subtask);
            }
        }
    }

    /// <summary>A subtask has to wait for something that was added.</summary>
    public void Outdate(int subtask)
    {
        if (Find(subtask) is { IsOutdated: false } early)
        {
            early.IsOutdated = true;
            Outdated.Enqueue(subtask);
        }
    }
}
