using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>The running attempts whose code was asked to stop, and those that are no longer waited for but still hold what they were given.</summary>
internal sealed class AttemptStops(DispatchContext context)
{
    private readonly Dictionary<(int Subtask, int Attempt), AttemptStop> _stops = [];
    private Dictionary<(int Subtask, int Attempt), ResourceRequirements>? _abandoned;

    // Those of which another attempt had succeeded, with the time at which they would have had to end.
    private Dictionary<(int Subtask, int Attempt), long>? _needless;

    public bool IsAny => _stops.Count > 0;

    /// <summary>How many attempts are abandoned.</summary>
    public int Abandoned => _abandoned?.Count ?? 0;

    /// <summary>How many attempts are abandoned beside which others may have to start: not those that were not needed, because another of their subtask had succeeded.</summary>
    public int AbandonedForRetries => Abandoned - (_needless?.Count ?? 0);

    public bool Contains(int subtask, int attempt) => _stops.ContainsKey((subtask, attempt));

    public bool TryGet(int subtask, int attempt, out AttemptStop stop) => _stops.TryGetValue((subtask, attempt), out stop);

    /// <summary>Asks the code of all attempts of a running subtask to stop, unless it was asked before.</summary>
    public void BeginAll(int subtask, long now, HostCommands commands)
    {
        int first = context.State.RunningAttemptOf(subtask);
        int other = context.State.BesideOf(subtask, first);
        BeginUnlessAsked(subtask, first, now, commands);
        if (other > 0)
        {
            BeginUnlessAsked(subtask, other, now, commands);
        }
    }

    /// <summary>Asks the code of an attempt to stop, unless it was asked before.</summary>
    public void BeginUnlessAsked(int subtask, int attempt, long now, HostCommands commands)
    {
        if (!Contains(subtask, attempt))
        {
            Begin(subtask, attempt, limit: null, mayRetry: false, now, commands);
        }
    }

    /// <summary>Asks the code of a running attempt to stop.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="limit">The time limit that has come; <see langword="null"/> when the subtask or its run is cancelled or stopped.</param>
    /// <param name="mayRetry">Whether running out of time is worth another attempt.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    public void Begin(int subtask, int attempt, TimeLimit? limit, bool mayRetry, long now, HostCommands commands)
    {
        long abandonAt = now + context.Options.CancellationGracePeriod.Ticks;
        _stops[(subtask, attempt)] = new AttemptStop(limit, abandonAt) { MayRetry = mayRetry };
        commands.StopAttempt(subtask, attempt);
        commands.WakeAttemptAt(subtask, attempt, abandonAt);
    }

    /// <summary>A running subtask is cancelled.</summary>
    /// <returns>Whether that changes anything: whether its code had not been asked to stop for that before.</returns>
    public bool Cancel(int subtask, long now, HostCommands commands)
    {
        int first = context.State.RunningAttemptOf(subtask);
        int other = context.State.BesideOf(subtask, first);
        if (!IsNewsTo(subtask, first) && (other == 0 || !IsNewsTo(subtask, other)))
        {
            return false;
        }

        context.Record(new RunFact(RunFactKind.SubtaskCancelRequested, now, subtask));
        Cancel(subtask, first, now, commands);
        if (other > 0)
        {
            Cancel(subtask, other, now, commands);
        }

        return true;
    }

    /// <summary>What an early attempt returns is not to be used. Its code is asked to stop, if it was not.</summary>
    public void Drop(int subtask, long now, HostCommands commands)
    {
        int attempt = context.State.RunningAttemptOf(subtask);
        BeginUnlessAsked(subtask, attempt, now, commands);
        _stops[(subtask, attempt)] = _stops[(subtask, attempt)] with { IsDrop = true };
    }

    /// <summary>A running attempt has ended.</summary>
    /// <returns>Why it had been asked to stop, if it had.</returns>
    public AttemptStop? End(int subtask, int attempt) => _stops.Count > 0 && _stops.Remove((subtask, attempt), out AttemptStop stop) ? stop : null;

    /// <summary>An attempt is no longer waited for. It keeps what it holds until its code returns.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="holdsLease">Whether it holds its needs; the lease of a batch is counted for the last of it.</param>
    /// <param name="needlessUntil">If another attempt of its subtask has succeeded: when it would have had to end.</param>
    public void Abandon(int subtask, int attempt, bool holdsLease, long? needlessUntil)
    {
        (_abandoned ??= []).Add((subtask, attempt), holdsLease ? context.Graph.NeedVectors[context.Graph.NeedVectorOf[subtask]] : ResourceRequirements.None);
        if (needlessUntil is { } until)
        {
            (_needless ??= []).Add((subtask, attempt), until);
        }
    }

    /// <summary>What abandoned attempts hold that perhaps never return. One that was not needed has the time that it had.</summary>
    public IReadOnlyCollection<ResourceRequirements> LostLeases(long now) =>
        _abandoned is null ? []
        : _needless is not { Count: > 0 } ? _abandoned.Values
        : [.. _abandoned.Where(held => !_needless.TryGetValue(held.Key, out long until) || until <= now).Select(held => held.Value)];

    /// <summary>The code of an abandoned attempt has returned after all.</summary>
    /// <returns>Whether the attempt was abandoned.</returns>
    public bool Return(int subtask, int attempt)
    {
        _needless?.Remove((subtask, attempt));
        return _abandoned?.Remove((subtask, attempt)) == true;
    }

    /// <summary>Applies a fact of the run's past.</summary>
    public void Replay(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.AttemptTimedOut:
                _stops[(fact.Subtask, fact.Attempt)] = _stops.GetValueOrDefault((fact.Subtask, fact.Attempt)) with { Limit = (TimeLimit)fact.Detail };
                break;
            case RunFactKind.SubtaskCancelRequested:
                int first = context.State.RunningAttemptOf(fact.Subtask);
                ReplayCancel(fact.Subtask, first);
                if (context.State.BesideOf(fact.Subtask, first) is > 0 and var other)
                {
                    ReplayCancel(fact.Subtask, other);
                }

                break;
            case RunFactKind.AttemptInterrupted or RunFactKind.AttemptDeferred or RunFactKind.AttemptFailed or RunFactKind.AttemptDropped or RunFactKind.OutputHeld or RunFactKind.OutputDropped
                or RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskCancelled:
                _stops.Remove((fact.Subtask, fact.Attempt));
                break;
        }
    }

    private bool IsNewsTo(int subtask, int attempt) => !TryGet(subtask, attempt, out AttemptStop stop) || ((stop.Limit is not null || stop.IsDrop) && !stop.IsCancelled);

    private void Cancel(int subtask, int attempt, long now, HostCommands commands)
    {
        if (TryGet(subtask, attempt, out AttemptStop stop))
        {
            // Its time was up before, or its work is of no use; no other attempt follows now.
            _stops[(subtask, attempt)] = stop with { IsCancelled = true };
        }
        else
        {
            Begin(subtask, attempt, limit: null, mayRetry: false, now, commands);
        }
    }

    private void ReplayCancel(int subtask, int attempt) =>
        _stops[(subtask, attempt)] = _stops.GetValueOrDefault((subtask, attempt)) with { IsCancelled = true };
}
