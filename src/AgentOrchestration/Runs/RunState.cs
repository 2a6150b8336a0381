using AgentOrchestration.Graph;

namespace AgentOrchestration.Runs;

/// <summary>
/// The state machine of a run: the fold of its facts, as arrays over the graph's indices. It does no I/O and knows no clock, thread,
/// store or random number; time arrives with the fact. Not thread-safe: a host applies one fact at a time.
/// </summary>
internal sealed class RunState
{
    private readonly TaskGraph _graph;
    private readonly SubtaskState[] _states;
    private readonly int[] _waitingFor;
    private readonly int[] _attempts;
    private readonly object?[] _payloads;
    private bool _anyFailed;
    private bool _anyCancelled;

    public RunState(TaskGraph graph)
    {
        _graph = graph;
        _states = new SubtaskState[graph.Count];
        _attempts = new int[graph.Count];
        _payloads = new object?[graph.Count];
        _waitingFor = Array.ConvertAll(graph.Dependencies, dependencies => dependencies.Length);
        Open = graph.Count;
    }

    /// <summary>The number of subtasks that are in no terminal state.</summary>
    public int Open { get; private set; }

    /// <summary>The number of subtasks of which an attempt is running.</summary>
    public int Running { get; private set; }

    public bool IsCancelling { get; private set; }

    public bool IsEnded { get; private set; }

    public RunOutcome Outcome => _anyCancelled ? RunOutcome.Cancelled : _anyFailed ? RunOutcome.Failed : RunOutcome.Succeeded;

    public RunHistory History { get; } = new();

    public SubtaskState StateOf(int subtask) => _states[subtask];

    /// <summary>The number of the subtask's latest attempt, from 1; 0 before the first.</summary>
    public int AttemptOf(int subtask) => _attempts[subtask];

    /// <summary>The output of a subtask that succeeded, the <see cref="SubtaskError"/> of one that failed.</summary>
    public object? PayloadOf(int subtask) => _payloads[subtask];

    /// <summary>Whether a completion of this attempt still counts: a late or repeated one changes nothing.</summary>
    public bool IsCurrent(int subtask, int attempt) => _states[subtask] == SubtaskState.Running && _attempts[subtask] == attempt;

    /// <summary>Records a fact and adds what follows from it.</summary>
    public void Apply(in RunFact fact, RunConsequences consequences)
    {
        if (IsEnded)
        {
            throw new InvalidOperationException($"The run has ended; {fact.Kind} cannot follow.");
        }

        History.Append(fact);
        switch (fact.Kind)
        {
            case RunFactKind.RunStarted:
                StartRoots(consequences);
                break;
            case RunFactKind.AttemptStarted:
                _states[fact.Subtask] = SubtaskState.Running;
                _attempts[fact.Subtask] = fact.Attempt;
                Running++;
                break;
            case RunFactKind.AttemptFailed:
                Running--;
                _states[fact.Subtask] = SubtaskState.Ready;
                break;
            case RunFactKind.SubtaskSucceeded:
                End(fact, SubtaskState.Succeeded);
                Release(fact.Subtask, consequences);
                break;
            case RunFactKind.SubtaskFailed:
                _anyFailed = true;
                End(fact, SubtaskState.Failed);
                SkipDependants(fact.Subtask, cause: fact.Subtask, consequences);
                break;
            case RunFactKind.SubtaskSkipped:
                End(fact, SubtaskState.Skipped);
                SkipDependants(fact.Subtask, fact.Other, consequences);
                break;
            case RunFactKind.SubtaskCancelled:
                _anyCancelled = true;
                End(fact, SubtaskState.Cancelled);
                break;
            case RunFactKind.CancelRequested:
                IsCancelling = true;
                break;
            case RunFactKind.RunEnded:
                IsEnded = true;
                break;
            case RunFactKind.ProgressReported:
            default:
                break;
        }
    }

    private void StartRoots(RunConsequences consequences)
    {
        for (int subtask = _graph.Count - 1; subtask >= 0; subtask--)
        {
            if (_waitingFor[subtask] == 0)
            {
                MakeReady(subtask, consequences);
            }
        }
    }

    private void Release(int subtask, RunConsequences consequences)
    {
        foreach (int successor in _graph.Successors.Successors(subtask))
        {
            if (--_waitingFor[successor] == 0 && _states[successor] == SubtaskState.Pending)
            {
                MakeReady(successor, consequences);
            }
        }
    }

    private void MakeReady(int subtask, RunConsequences consequences)
    {
        _states[subtask] = SubtaskState.Ready;
        consequences.Ready.Push(subtask);
    }

    private void SkipDependants(int subtask, int cause, RunConsequences consequences)
    {
        foreach (int successor in _graph.Successors.Successors(subtask))
        {
            if (_states[successor] == SubtaskState.Pending)
            {
                consequences.Skipped.Push((successor, cause));
            }
        }
    }

    private void End(in RunFact fact, SubtaskState state)
    {
        if (_states[fact.Subtask] == SubtaskState.Running)
        {
            Running--;
        }

        _states[fact.Subtask] = state;
        _payloads[fact.Subtask] = fact.Payload;
        Open--;
    }
}
