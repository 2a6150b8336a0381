using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>From ready to waiting for its turn: conditions, approvals, equal work, subtasks that are made of others.</summary>
internal sealed partial class DispatchCore
{
    private readonly Dictionary<int, Preparation> _awaitingApproval = [];
    private readonly HashSet<int> _approved = [];
    private readonly HashSet<int> _expanded = [];

    /// <summary>The host has found out about a subtask.</summary>
    public void Prepared(int subtask, Preparation preparation, long now, HostCommands commands)
    {
        if (!EndWait(subtask, WaitReason.Preparation))
        {
            return;
        }

        if (preparation.Error is not null)
        {
            Fail(subtask, State.AttemptOf(subtask), preparation.Error, now);
        }
        else if (preparation.IsConditionFalse)
        {
            Skip(subtask, new SkipCause(subtask, SkipReason.Condition), now);
        }
        else if (preparation.Approval is { } question && !_approved.Contains(subtask))
        {
            State.Apply(new RunFact(RunFactKind.ApprovalRequested, now, subtask, payload: question), _consequences);
            _awaitingApproval[subtask] = preparation;
            BeginWait(subtask, WaitReason.Approval);
        }
        else
        {
            Queue(subtask, preparation, now, commands);
        }

        Settle(now, commands);
    }

    /// <summary>Somebody has approved or rejected a subtask.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="fingerprint">That of the question that was answered.</param>
    /// <param name="isApproved">Which of both.</param>
    /// <param name="answer">Who, and why.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    /// <returns>Whether the answer counted: whether this very question was open.</returns>
    public bool Decided(int subtask, string fingerprint, bool isApproved, ApprovalAnswer answer, long now, HostCommands commands)
    {
        if (_waits[subtask] != WaitReason.Approval || _awaitingApproval[subtask].Approval!.Fingerprint != fingerprint)
        {
            return false;
        }

        EndWait(subtask, WaitReason.Approval);
        _awaitingApproval.Remove(subtask, out Preparation? preparation);
        State.Apply(new RunFact(RunFactKind.ApprovalDecided, now, subtask, detail: isApproved ? (byte)1 : (byte)0, payload: answer), _consequences);
        if (isApproved)
        {
            _approved.Add(subtask);
            Queue(subtask, preparation!, now, commands);
        }
        else
        {
            string by = answer.By is null ? "" : $" by {answer.By}";
            Fail(subtask, attempt: 0, new SubtaskError("Rejected", $"It was rejected{by}{(answer.Reason is null ? "." : $": {answer.Reason}")}"), now);
        }

        Settle(now, commands);
        return true;
    }

    /// <summary>The host has made the output of a subtask of those that it added.</summary>
    public void Joined(int subtask, object? output, SubtaskError? error, long now, HostCommands commands)
    {
        if (!EndWait(subtask, WaitReason.Join))
        {
            return;
        }

        if (error is null)
        {
            Succeed(subtask, attempt: 0, output, OutputOrigin.Executed, now);
        }
        else
        {
            Fail(subtask, attempt: 0, error, now);
        }

        Settle(now, commands);
    }

    /// <summary>The fingerprint of the question that a subtask waits for an answer to, or <see langword="null"/>.</summary>
    public string? OpenQuestionOf(int subtask) =>
        _waits[subtask] == WaitReason.Approval ? _awaitingApproval[subtask].Approval!.Fingerprint : null;

    private bool MustPrepare(int subtask) =>
        _expanded.Contains(subtask)
        || Graph.Policies[subtask].RequiresApproval
        || Graph.Inputs[subtask] is { Condition: not null }
        || Graph.SubtaskAt(subtask).IsComposite
        || (_mayShare is not null && _mayShare(subtask));

    private void Prepare(int subtask, long now, HostCommands commands)
    {
        bool isExpanded = _expanded.Contains(subtask);
        if (isExpanded && EndWithParts(subtask, now))
        {
            return;
        }

        BeginWait(subtask, isExpanded ? WaitReason.Join : WaitReason.Preparation);
        commands.Add(new HostCommand(isExpanded ? HostCommandKind.Join : HostCommandKind.Prepare, subtask));
    }

    /// <summary>All parts of a subtask have ended: whether it ends with them, because there is no output to be made.</summary>
    private bool EndWithParts(int subtask, long now)
    {
        (SubtaskError? error, SkipCause? skip) = PartsEnd.Of(State, subtask);
        if (error is not null)
        {
            Fail(subtask, attempt: 0, error, now);
        }
        else if (skip is not null)
        {
            Skip(subtask, skip, now);
        }

        return (error ?? (object?)skip) is not null;
    }

    /// <summary>The run stops: what has lost its parts to failures says so, the inner ones first.</summary>
    private void FailWithParts(long now)
    {
        foreach (int subtask in _expanded.OrderDescending())
        {
            if (IsOpen(subtask) && PartsEnd.ErrorOf(State, subtask) is { } error)
            {
                Fail(subtask, attempt: 0, error, now);
            }
        }
    }

    /// <summary>Nothing more is to be found out.</summary>
    private void Queue(int subtask, Preparation preparation, long now, HostCommands commands)
    {
        if (Graph.SubtaskAt(subtask).IsComposite)
        {
            _expanded.Add(subtask);
            if (preparation.Growth is null)
            {
                Prepare(subtask, now, commands);
            }
            else
            {
                Grow(subtask, preparation.Growth, now);
            }
        }
        else if (preparation.Cached is { } cached)
        {
            Succeed(subtask, attempt: 0, cached.Output, cached.Origin, now);
        }
        else if (preparation.Identity is null || !(_shared ??= new InFlightWork()).TryFindWorker(preparation.Identity, subtask, out int worker))
        {
            Enqueue(subtask);
        }
        else if (State.StateOf(worker) == SubtaskState.Succeeded)
        {
            Succeed(subtask, attempt: 0, State.OutputOf(worker), OutputOrigin.Shared, now, sharedWith: worker);
        }
        else
        {
            _shared.Follow(worker, subtask);
            if (_waits[worker] == WaitReason.Turn && Graph.NeedVectorOf[worker] != Graph.NeedVectorOf[subtask])
            {
                // It does not wait for what only the other needs.
                Enqueue(subtask);
            }
            else
            {
                _waits[subtask] = WaitReason.Duplicate;
            }
        }
    }

    /// <summary>A subtask begins its work: equal ones that wait for their turn wait for it instead.</summary>
    private void BeginShared(int subtask)
    {
        foreach (int twin in _shared!.Begin(subtask))
        {
            if (_waits[twin] == WaitReason.Turn)
            {
                Leave(twin);
                _waits[twin] = WaitReason.Duplicate;
            }
        }
    }

    private void Grow(int subtask, GraphGrowth? growth, long now)
    {
        if (growth is null || State.Stop is not null)
        {
            return;
        }

        _mayNeedPreparation = true;
        GrowingArray.Reserve(ref _waits, Graph.Count + growth.Part.Count);
        State.Apply(new RunFact(RunFactKind.SubtasksAdded, now, subtask, payload: State.WithThoseThatWait(growth)), _consequences);
    }
}
