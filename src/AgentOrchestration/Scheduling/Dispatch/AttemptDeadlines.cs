using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>When running attempts have to end. Only attempts with a time limit are in it.</summary>
internal sealed class AttemptDeadlines
{
    private readonly Dictionary<int, long> _firstStarts = [];
    private readonly Dictionary<(int Subtask, int Attempt), long> _starts = [];

    /// <returns>When to look at the attempt again.</returns>
    public long Begin(int subtask, int attempt, AttemptPolicy policy, long now)
    {
        _starts[(subtask, attempt)] = now;
        _firstStarts.TryAdd(subtask, now);
        return Next(subtask, attempt, policy, lastProgress: now).At;
    }

    /// <summary>The limit that comes first, and when; <see cref="long.MaxValue"/> for none.</summary>
    public (TimeLimit Limit, long At) Next(int subtask, int attempt, AttemptPolicy policy, long lastProgress)
    {
        (TimeLimit Limit, long At) next = (TimeLimit.Attempt, long.MaxValue);
        if (_starts.TryGetValue((subtask, attempt), out long start))
        {
            Consider(TimeLimit.Attempt, policy.Timeout, start);
            Consider(TimeLimit.Subtask, policy.TotalTimeout, _firstStarts[subtask]);
            Consider(TimeLimit.Idle, policy.IdleTimeout, Math.Max(start, lastProgress));
        }

        return next;

        void Consider(TimeLimit limit, TimeSpan? length, long from)
        {
            if (length is { } span && from + span.Ticks < next.At)
            {
                next = (limit, from + span.Ticks);
            }
        }
    }

    /// <summary>When a running attempt has to end, whatever it reports.</summary>
    public AttemptEnds EndsOf(int subtask, int attempt, AttemptPolicy policy) =>
        new(_starts[(subtask, attempt)] + policy.Timeout?.Ticks, _firstStarts[subtask] + policy.TotalTimeout?.Ticks);

    /// <summary>Whether another attempt could still start at a time.</summary>
    public bool Allows(int subtask, AttemptPolicy policy, long startAt) =>
        policy.TotalTimeout is not { } total || !_firstStarts.TryGetValue(subtask, out long first) || startAt < first + total.Ticks;

    /// <summary>What a subtask has done so far does not count.</summary>
    public void Forget(int subtask, int attempt)
    {
        End(subtask, attempt);
        _firstStarts.Remove(subtask);
    }

    public void End(int subtask, int attempt) => _starts.Remove((subtask, attempt));
}
