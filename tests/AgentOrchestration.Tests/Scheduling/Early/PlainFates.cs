using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Tests.Scheduling.Early;

/// <summary>
/// How what has not begun ends in a run without early starts, worked out from the facts of a run with them: an early attempt has not begun until it is confirmed.
/// What is decided first counts: the loss of something that is needed, a cancellation, or the stop of the run.
/// </summary>
/// <param name="run">The run as it ended.</param>
internal sealed class PlainFates(RunState run)
{
    private readonly Dictionary<int, (SubtaskState State, long At)> _fates = [];
    private readonly HashSet<int> _begun = [];
    private readonly HashSet<int> _ended = [];
    private readonly HashSet<int> _ambiguous = [];
    private readonly HashSet<(int Subtask, int Attempt)> _late = [];

    public void Check()
    {
        for (int index = 0; index < run.History.Count; index++)
        {
            Follow(run.History[index]);
        }

        foreach ((int subtask, (SubtaskState expected, _)) in _fates.Where(fate => !_ambiguous.Contains(fate.Key) && !IsSkippedByCondition(fate.Key)))
        {
            Assert.True(run.StateOf(subtask) == expected, $"Subtask {subtask} is {run.StateOf(subtask)}; without early starts it would be {expected}.");
        }
    }

    /// <summary>When somebody found out that a condition does not hold is no fact.</summary>
    private bool IsSkippedByCondition(int subtask) => run.StateOf(subtask) == SubtaskState.Skipped && run.CauseOf(subtask) is { Reason: SkipReason.Condition } cause && cause.Subtask == subtask;

    private void Follow(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.AttemptStarted when fact.Detail == 0:
                Begin(fact);
                break;
            case RunFactKind.AttemptConfirmed:
                Begin(fact);
                Assert.DoesNotContain((fact.Subtask, fact.Attempt), _late);
                break;
            case RunFactKind.AttemptTimedOut:
                _late.Add((fact.Subtask, fact.Attempt));
                break;
            case RunFactKind.SubtaskCancelRequested:
                if (Decide(fact.Subtask, SubtaskState.Cancelled, fact.Time))
                {
                    LoseThoseThatNeed(fact.Subtask, fact.Time);
                }

                break;
            case RunFactKind.SubtaskSucceeded:
                Begin(fact);
                _ended.Add(fact.Subtask);
                break;
            case RunFactKind.SubtaskFailed or RunFactKind.SubtaskSkipped or RunFactKind.SubtaskCancelled:
                _ended.Add(fact.Subtask);
                LoseThoseThatNeed(fact.Subtask, fact.Time);
                break;
            case RunFactKind.StopRequested:
                Stop((StopReason)fact.Detail, fact.Time);
                break;
        }
    }

    private void Begin(in RunFact fact)
    {
        Assert.False(_fates.ContainsKey(fact.Subtask), $"{fact.Kind} of subtask {fact.Subtask}, which has ended without early starts.");
        _begun.Add(fact.Subtask);
    }

    private void Stop(StopReason reason, long at)
    {
        // The time of a run is looked at before what follows from a fact of the same moment.
        _ambiguous.UnionWith(_fates.Where(fate => reason == StopReason.Timeout && fate.Value.At == at).Select(fate => fate.Key));
        for (int subtask = 0; subtask < run.Graph.Count; subtask++)
        {
            Decide(subtask, reason is StopReason.Cancelled or StopReason.Timeout ? SubtaskState.Cancelled : SubtaskState.Skipped, at);
        }
    }

    private bool Decide(int subtask, SubtaskState state, long at) => !_begun.Contains(subtask) && !_ended.Contains(subtask) && _fates.TryAdd(subtask, (state, at));

    private void LoseThoseThatNeed(int lost, long at)
    {
        for (int subtask = 0; subtask < run.Graph.Count; subtask++)
        {
            if (run.Graph.Dependencies[subtask].Contains(lost) && run.Graph.IsNeeded(lost, subtask) && Decide(subtask, SubtaskState.Skipped, at))
            {
                LoseThoseThatNeed(subtask, at);
            }
        }
    }
}
