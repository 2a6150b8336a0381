using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>What subtasks that have not ended wait for, by the facts so far.</summary>
internal sealed class ReplayedFacts
{
    private readonly Dictionary<int, long> _retries = [];
    private readonly Dictionary<int, ApprovalQuestion> _questions = [];
    private readonly Dictionary<int, TimeLimit> _limits = [];
    private readonly HashSet<int> _cancelled = [];

    public void Add(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.ApprovalRequested:
                _questions[fact.Subtask] = (ApprovalQuestion)fact.Payload!;
                break;
            case RunFactKind.ApprovalDecided:
                _questions.Remove(fact.Subtask);
                break;
            case RunFactKind.AttemptStarted:
                _retries.Remove(fact.Subtask);
                _limits.Remove(fact.Subtask);
                break;
            case RunFactKind.AttemptTimedOut:
                _limits[fact.Subtask] = (TimeLimit)fact.Detail;
                break;
            case RunFactKind.AttemptFailed:
                _retries[fact.Subtask] = ((AttemptRetry)fact.Payload!).RetryAt;
                break;
            case RunFactKind.SubtaskCancelRequested:
                _cancelled.Add(fact.Subtask);
                break;
        }
    }

    /// <summary>When another attempt may start, in UTC ticks.</summary>
    public long? RetryOf(int subtask) => _retries.TryGetValue(subtask, out long at) ? at : null;

    /// <summary>The question that is open.</summary>
    public ApprovalQuestion? QuestionOf(int subtask) => _questions.GetValueOrDefault(subtask);

    /// <summary>The limit that the latest attempt ran into.</summary>
    public TimeLimit? LimitOf(int subtask) => _limits.TryGetValue(subtask, out TimeLimit limit) ? limit : null;

    public bool IsCancelled(int subtask) => _cancelled.Contains(subtask);
}
