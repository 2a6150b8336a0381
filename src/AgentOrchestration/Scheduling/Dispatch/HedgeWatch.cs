using AgentOrchestration.Graph;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Follows the attempts that may get a second one beside them: which of them have shown no progress, since when, and how many second attempts the run may still
/// start. Exists only in runs that may have any.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="times">How long attempts need.</param>
/// <param name="share">The share of all attempts that may be second ones.</param>
internal sealed class HedgeWatch(DispatchContext context, HedgeTimes times, double share)
{
    private readonly Dictionary<(int Subtask, int Attempt), SilentAttempt> _silent = [];
    private readonly Dictionary<(int Subtask, int Attempt), long> _running = [];
    private readonly PriorityQueue<(int Subtask, int Attempt), (long At, int Subtask)> _looks = new();
    private readonly Dictionary<string, LateShare> _lateOf = new(StringComparer.Ordinal);

    // By task type, on what it rests when its attempts are late: when that changes, they are looked at anew.
    private readonly Dictionary<string, int> _bases = new(StringComparer.Ordinal);
    private readonly HashSet<int> _rejected = [];
    private readonly RunningWays _ways = new(context, times);
    private int _attempts;
    private int _hedges;

    /// <summary>Whether another second attempt may start: whether those so far are fewer than the share of the attempts that have started.</summary>
    public bool IsAnyLeft => _hedges + 1 <= share * _attempts;

    /// <summary>An attempt of its own has started, alone.</summary>
    public void Begin(int subtask, int attempt, long now, HostCommands commands)
    {
        AttemptPolicy policy = context.Graph.Policies[subtask];
        if (!policy.ChangesNothing || policy.RequiresApproval)
        {
            return;
        }

        _silent[(subtask, attempt)] = new SilentAttempt(now, IsHedge: false);
        commands.WatchProgress(subtask, attempt);
        Review(subtask);
        Look(subtask, attempt);
    }

    /// <summary>A second attempt has started.</summary>
    public void BeginHedge(int subtask, int attempt, long now, HostCommands commands)
    {
        _silent[(subtask, attempt)] = new SilentAttempt(now, IsHedge: true);
        commands.WatchProgress(subtask, attempt);
    }

    /// <summary>An attempt has shown progress for the first time.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="now">When.</param>
    /// <param name="isOther">Whether others are to be looked at at another time than before.</param>
    /// <returns>Whether it was followed here, so that something was learned of it.</returns>
    public bool Progressed(int subtask, int attempt, long now, out bool isOther)
    {
        isOther = false;
        if (!_silent.Remove((subtask, attempt), out SilentAttempt shown))
        {
            return false;
        }

        CountInTime(subtask, shown);
        times.ObserveFirstProgress(TypeOf(subtask), now - shown.Since);
        isOther = Review(subtask);
        return true;
    }

    /// <summary>The code of an attempt has returned. What an endpoint has rejected is not sent twice.</summary>
    public void Returned(int subtask, in AttemptResult result)
    {
        if (result.RetryAfter is not null)
        {
            _rejected.Add(subtask);
        }
    }

    /// <summary>When to look at the next attempt, in UTC ticks; <see cref="long.MaxValue"/> for never.</summary>
    public long NextLook()
    {
        while (_looks.TryPeek(out (int Subtask, int Attempt) next, out (long At, int Subtask) place))
        {
            if (_silent.TryGetValue(next, out SilentAttempt silent) && silent.LookAt == place.At)
            {
                return place.At;
            }

            _looks.Dequeue();
        }

        return long.MaxValue;
    }

    /// <summary>Takes the next attempt that has shown no progress for longer than nearly all need. It is looked at again when it has taken twice as long.</summary>
    public bool TryTakeLate(long now, out int subtask, out int attempt)
    {
        while (NextLook() <= now)
        {
            (subtask, attempt) = _looks.Dequeue();
            SilentAttempt silent = _silent[(subtask, attempt)];
            if (times.Of(context.Graph.SubtaskAt(subtask)) is not { } time)
            {
                Put(subtask, attempt, long.MaxValue);
                continue;
            }

            if (now - silent.Since < time.Late)
            {
                // More is known by now.
                Put(subtask, attempt, silent.Since + time.Late);
                continue;
            }

            if (!silent.IsLate)
            {
                _silent[(subtask, attempt)] = silent with { IsLate = true };
                LateOf(subtask).Count(isLate: true);
            }

            Put(subtask, attempt, silent.Since + (2 * (now - silent.Since)));
            return true;
        }

        (subtask, attempt) = (-1, 0);
        return false;
    }

    /// <summary>Whether a second attempt beside a late one makes sense: by the endpoint, by others of its task type, and by the end of the run.</summary>
    public bool IsWorthwhile(int subtask, int attempt, long now) =>
        !_rejected.Contains(subtask) && !LateOf(subtask).IsTooLarge && IsAwaited(subtask, attempt, now);

    /// <summary>Follows a fact of the run.</summary>
    public void Observe(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.PlanCompleted when fact.Payload is TaskGraph plan:
                _ways.CompletePlan(plan);
                break;
            case RunFactKind.AttemptStarted:
                _running[(fact.Subtask, fact.Attempt)] = fact.Time;
                _attempts += fact.Payload is HedgeMark ? 0 : 1;
                _hedges += fact.Payload is HedgeMark ? 1 : 0;
                break;
            case RunFactKind.SubtaskSucceeded when fact.Attempt > 0:
                End(fact, hasSucceeded: (OutputOrigin)fact.Detail == OutputOrigin.Executed);
                break;
            case RunFactKind.AttemptFailed or RunFactKind.AttemptInterrupted or RunFactKind.AttemptDropped or RunFactKind.AttemptDeferred or RunFactKind.OutputHeld or RunFactKind.OutputDropped or RunFactKind.SubtaskFailed or RunFactKind.SubtaskCancelled:
                End(fact, hasSucceeded: false);
                break;
            case RunFactKind.SubtaskSkipped:
                // If it had an attempt, that was an early one.
                _running.Remove((fact.Subtask, 1));
                break;
        }
    }

    private static long Later(long at, long length) => at > long.MaxValue - length ? long.MaxValue : at + length;

    /// <summary>
    /// Whether the end of the run waits for a late attempt longer than for all others, as far as running work shows: by more than what a second attempt is expected
    /// to save. An attempt that has shown nothing for so long is expected to show nothing for as long again.
    /// </summary>
    private bool IsAwaited(int subtask, int attempt, long now)
    {
        if (times.Of(context.Graph.SubtaskAt(subtask)) is not { } time)
        {
            return false;
        }

        _ways.Refresh();
        long elapsed = now - _running[(subtask, attempt)];
        long gain = elapsed - time.Usual;
        long rest = Math.Max(0, _ways.ExpectedOf(subtask) - time.Usual);
        long own = Later(now, elapsed + rest + _ways.BehindOf(subtask));
        long longest = 0;
        foreach (((int other, int _), long since) in _running)
        {
            if (other != subtask && context.State.StateOf(other) == SubtaskState.Running)
            {
                longest = Math.Max(longest, Later(Math.Max(now, Later(since, _ways.ExpectedOf(other))), _ways.BehindOf(other)));
            }
        }

        return longest - own < gain;
    }

    private void End(in RunFact fact, bool hasSucceeded)
    {
        if (!_running.Remove((fact.Subtask, fact.Attempt), out long startedAt))
        {
            return;
        }

        long took = fact.Time - startedAt;
        if (_silent.Remove((fact.Subtask, fact.Attempt), out SilentAttempt silent))
        {
            CountInTime(fact.Subtask, silent);
            if (fact is { Kind: RunFactKind.AttemptDropped, Payload: null } && silent.IsLate)
            {
                // It would have needed longer still. Without it, what is late would seem to be less and less.
                ObserveLate(fact.Subtask, took);
            }
        }

        if (hasSucceeded)
        {
            times.ObserveDuration(context.Graph.SubtaskAt(fact.Subtask), took);
            Review(fact.Subtask);
        }
    }

    private void CountInTime(int subtask, SilentAttempt attempt)
    {
        if (attempt is { IsHedge: false, IsLate: false })
        {
            LateOf(subtask).Count(isLate: false);
        }
    }

    private void ObserveLate(int subtask, long ticks)
    {
        string taskType = TypeOf(subtask);
        if (times.ShowsProgress(taskType))
        {
            times.ObserveFirstProgress(taskType, ticks);
        }
        else
        {
            times.ObserveDuration(context.Graph.SubtaskAt(subtask), ticks);
        }
    }

    /// <summary>Looks at the attempts of a task type at other times, when these rest on something else by now.</summary>
    /// <returns>Whether it does.</returns>
    private bool Review(int subtask)
    {
        string taskType = TypeOf(subtask);
        int basis = times.BasisOf(taskType);
        bool wasKnown = _bases.TryGetValue(taskType, out int before);
        if (wasKnown && basis == before)
        {
            return false;
        }

        _bases[taskType] = basis;
        foreach ((int other, int attempt) in _silent.Keys.ToArray())
        {
            // A late one has its next time already.
            if (TypeOf(other) == taskType && _silent[(other, attempt)] is { IsHedge: false } silent && (!silent.IsLate || silent.LookAt == long.MaxValue))
            {
                Look(other, attempt);
            }
        }

        return true;
    }

    private void Look(int subtask, int attempt) =>
        Put(subtask, attempt, times.Of(context.Graph.SubtaskAt(subtask)) is { } time ? _silent[(subtask, attempt)].Since + time.Late : long.MaxValue);

    private void Put(int subtask, int attempt, long at)
    {
        _silent[(subtask, attempt)] = _silent[(subtask, attempt)] with { LookAt = at };
        if (at < long.MaxValue)
        {
            _looks.Enqueue((subtask, attempt), (at, subtask));
        }
    }

    private LateShare LateOf(int subtask)
    {
        string taskType = TypeOf(subtask);
        if (!_lateOf.TryGetValue(taskType, out LateShare? late))
        {
            _lateOf.Add(taskType, late = new LateShare());
        }

        return late;
    }

    private string TypeOf(int subtask) => context.Graph.TaskTypes[subtask].Name;
}
