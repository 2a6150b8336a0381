using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>The running attempts whose code was asked to stop, and those that are no longer waited for but still hold what they were given.</summary>
internal sealed class AttemptStops(DispatchContext context)
{
    private readonly Dictionary<int, AttemptStop> _stops = [];
    private Dictionary<(int Subtask, int Attempt), ResourceRequirements>? _abandoned;

    public bool IsAny => _stops.Count > 0;

    /// <summary>What abandoned attempts hold.</summary>
    public IReadOnlyCollection<ResourceRequirements> AbandonedLeases => _abandoned is null ? [] : _abandoned.Values;

    public bool Contains(int subtask) => _stops.ContainsKey(subtask);

    public bool TryGet(int subtask, out AttemptStop stop) => _stops.TryGetValue(subtask, out stop);

    /// <summary>Tells the code of the current attempt of a subtask to stop.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="limit">The time limit that has come; <see langword="null"/> when the subtask or its run is cancelled or stopped.</param>
    /// <param name="mayRetry">Whether running out of time is worth another attempt.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    public void Begin(int subtask, TimeLimit? limit, bool mayRetry, long now, HostCommands commands)
    {
        int attempt = context.State.AttemptOf(subtask);
        long abandonAt = now + context.Options.CancellationGracePeriod.Ticks;
        _stops[subtask] = new AttemptStop(limit, abandonAt) { MayRetry = mayRetry };
        commands.StopAttempt(subtask, attempt);
        commands.WakeAttemptAt(subtask, attempt, abandonAt);
    }

    /// <summary>A running subtask is cancelled.</summary>
    /// <returns>Whether that changes anything: whether its code had not been asked to stop for that before.</returns>
    public bool Cancel(int subtask, long now, HostCommands commands)
    {
        bool isStopping = _stops.TryGetValue(subtask, out AttemptStop stop);
        if (isStopping && ((stop.Limit is null && !stop.IsDrop) || stop.IsCancelled))
        {
            return false;
        }

        context.Record(new RunFact(RunFactKind.SubtaskCancelRequested, now, subtask));
        if (isStopping)
        {
            // Its time was up before, or its work is of no use; no other attempt follows now.
            _stops[subtask] = stop with { IsCancelled = true };
        }
        else
        {
            Begin(subtask, limit: null, mayRetry: false, now, commands);
        }

        return true;
    }

    /// <summary>What an early attempt returns is not to be used. Its code is asked to stop, if it was not.</summary>
    public void Drop(int subtask, long now, HostCommands commands)
    {
        if (!Contains(subtask))
        {
            Begin(subtask, limit: null, mayRetry: false, now, commands);
        }

        _stops[subtask] = _stops[subtask] with { IsDrop = true };
    }

    /// <summary>The current attempt of a subtask has ended.</summary>
    /// <returns>Why it had been asked to stop, if it had.</returns>
    public AttemptStop? End(int subtask) => _stops.Count > 0 && _stops.Remove(subtask, out AttemptStop stop) ? stop : null;

    /// <summary>An attempt is no longer waited for. It keeps what it holds until its code returns.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="holdsLease">Whether it holds its needs; the lease of a batch is counted for the last of it.</param>
    public void Abandon(int subtask, int attempt, bool holdsLease) => (_abandoned ??= []).Add(
        (subtask, attempt), holdsLease ? context.Graph.NeedVectors[context.Graph.NeedVectorOf[subtask]] : ResourceRequirements.None);

    /// <summary>The code of an abandoned attempt has returned after all.</summary>
    /// <returns>Whether the attempt was abandoned.</returns>
    public bool Return(int subtask, int attempt) => _abandoned?.Remove((subtask, attempt)) == true;

    /// <summary>Applies a fact of the run's past.</summary>
    public void Replay(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.AttemptStarted:
                _stops.Remove(fact.Subtask);
                break;
            case RunFactKind.AttemptTimedOut:
                _stops[fact.Subtask] = _stops.GetValueOrDefault(fact.Subtask) with { Limit = (TimeLimit)fact.Detail };
                break;
            case RunFactKind.SubtaskCancelRequested:
                _stops[fact.Subtask] = _stops.GetValueOrDefault(fact.Subtask) with { IsCancelled = true };
                break;
            case RunFactKind.AttemptInterrupted or RunFactKind.AttemptDeferred or RunFactKind.AttemptFailed or RunFactKind.OutputHeld or RunFactKind.OutputDropped or RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskCancelled:
                _stops.Remove(fact.Subtask);
                break;
        }
    }
}
