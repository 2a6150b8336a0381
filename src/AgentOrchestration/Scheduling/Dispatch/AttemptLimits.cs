using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>The time limits of attempts: when running ones have to end, and whether another may still start.</summary>
internal sealed class AttemptLimits(DispatchContext context)
{
    private AttemptDeadlines? _deadlines;

    /// <summary>Whether any attempt has had a limit.</summary>
    public bool IsAny => _deadlines is not null;

    /// <summary>An attempt starts.</summary>
    /// <returns>When it has to end; <see langword="null"/> for never.</returns>
    public AttemptEnds? Begin(int subtask, int attempt, long now, HostCommands commands)
    {
        if (context.Graph.Policies[subtask] is not { HasTimeLimit: true } policy)
        {
            return null;
        }

        commands.WakeAttemptAt(subtask, attempt, (_deadlines ??= new AttemptDeadlines()).Begin(subtask, attempt, policy, now));
        return _deadlines.EndsOf(subtask, attempt, policy);
    }

    /// <summary>Whether an attempt may start at a time: whether the time over all attempts of its subtask is not up then.</summary>
    public bool MayBegin(int subtask, long at) => _deadlines?.Allows(subtask, context.Graph.Policies[subtask], at) != false;

    /// <summary>The limit of an attempt that comes first, and when; <see cref="long.MaxValue"/> for none.</summary>
    public (TimeLimit Limit, long At) Next(int subtask, int attempt, long lastProgress) =>
        _deadlines?.Next(subtask, attempt, context.Graph.Policies[subtask], lastProgress) ?? (default, long.MaxValue);

    /// <summary>What a subtask has done in an early attempt does not count.</summary>
    public void Forget(int subtask, int attempt) => _deadlines?.Forget(subtask, attempt);

    public void End(int subtask, int attempt) => _deadlines?.End(subtask, attempt);

    /// <summary>The error of an attempt whose time is up.</summary>
    public SubtaskError ErrorOf(int subtask, TimeLimit limit)
    {
        AttemptPolicy policy = context.Graph.Policies[subtask];
        string message = limit switch
        {
            TimeLimit.Attempt => $"The attempt did not end within its timeout of {policy.Timeout}.",
            TimeLimit.Subtask => $"The subtask did not end within its timeout of {policy.TotalTimeout} over all attempts.",
            _ => $"The attempt reported nothing for its idle timeout of {policy.IdleTimeout}.",
        };
        return SubtaskError.From(new TimeoutException(message));
    }

    /// <summary>Applies a fact of the run's past.</summary>
    public void Replay(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.AttemptStarted when context.Graph.Policies[fact.Subtask] is { HasTimeLimit: true } policy:
                (_deadlines ??= new AttemptDeadlines()).Begin(fact.Subtask, fact.Attempt, policy, fact.Time);
                break;
            case RunFactKind.OutputDropped or RunFactKind.AttemptInterrupted when fact.Attempt == 1 && context.State.Early?.WasDropped(fact.Subtask) == true:
                Forget(fact.Subtask, fact.Attempt);
                break;
            case RunFactKind.AttemptFailed or RunFactKind.AttemptInterrupted or RunFactKind.AttemptAbandoned or RunFactKind.AttemptDropped or RunFactKind.AttemptDeferred or RunFactKind.OutputHeld
                or RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskCancelled:
                End(fact.Subtask, fact.Attempt);
                break;
        }
    }
}
