using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>From ready to waiting for its turn: the end of the plan, conditions, approvals, equal work, subtasks that are made of others.</summary>
/// <param name="context">The run.</param>
/// <param name="subtasks">Ends subtasks.</param>
/// <param name="budget">What the run may start.</param>
/// <param name="gates">What becomes of attempts that started early.</param>
/// <param name="mayShare">Whether a subtask's work may be shared or cached, so that it must be identified before it runs; <see langword="null"/> for none.</param>
internal sealed class Admission(DispatchContext context, SubtaskOutcomes subtasks, BudgetGate budget, EarlyGates gates, Predicate<int>? mayShare)
{
    private readonly bool _planNeedsPreparation = mayShare is not null || context.Graph.Origin.Part.NeedsPreparation;

    // Most runs have none of these.
    private Dictionary<int, OpenQuestion>? _questions;

    // In the order in which they were asked, which is that in which they expire; those that were answered stay until then.
    private Queue<(int Subtask, long AskedAt)>? _expiring;
    private HashSet<int>? _approved;
    private HashSet<int>? _expanded;

    /// <summary>Whether a subtask is made of others that may still be running; it ends by what they do.</summary>
    public bool WaitsForParts(int subtask) => _expanded?.Contains(subtask) == true;

    /// <summary>The fingerprint of the question that a subtask waits for an answer to, or <see langword="null"/>.</summary>
    public string? OpenQuestionOf(int subtask) =>
        context.Waits.Of(subtask) == WaitReason.Approval ? _questions![subtask].Preparation.Approval!.Fingerprint : null;

    /// <summary>A subtask has become ready.</summary>
    /// <returns>Whether all that it waits for is its turn.</returns>
    public bool Admit(int subtask, long now, HostCommands commands)
    {
        if (context.State.EarlyOf(subtask) is not null)
        {
            AdmitEarly(subtask, now, commands);
        }
        else if (context.State.StateOf(subtask) != SubtaskState.Ready || context.Waits.Of(subtask) != WaitReason.None)
        {
            // Something that happened meanwhile has ended it, or made it wait and ready again.
        }
        else if (budget.NotStarting is { } cause && !WaitsForParts(subtask) && !budget.IsSuspended(subtask))
        {
            subtasks.Skip(subtask, cause with { Subtask = subtask }, now);
        }
        else if (context.State.IsPlanOpen && !MayStartEarly(subtask))
        {
            context.Waits.Begin(subtask, WaitReason.Plan);
        }
        else if (context.Graph.HasGrown && PartsEnd.OfInput(context.State, subtask) is { } missing)
        {
            subtasks.Skip(subtask, missing, now);
        }
        else if ((_planNeedsPreparation || context.Graph.HasGrown) && MustPrepare(subtask))
        {
            Prepare(subtask, now, commands);
        }
        else
        {
            return true;
        }

        return false;
    }

    /// <summary>The plan is complete: what has waited for that is ready.</summary>
    public void CompletePlan()
    {
        for (int subtask = 0; subtask < context.Graph.Count; subtask++)
        {
            if (context.Waits.End(subtask, WaitReason.Plan) || gates.IsOpening(subtask))
            {
                context.Consequences.Ready.Enqueue(subtask);
            }
        }
    }

    /// <summary>The host has found out about a subtask.</summary>
    /// <returns>Whether the subtask was waiting for that.</returns>
    public bool Prepared(int subtask, Preparation preparation, WaitReason reason, long now, HostCommands commands)
    {
        if (!context.Waits.End(subtask, reason))
        {
            return false;
        }

        if (preparation.Error is not null)
        {
            // An early attempt that was dropped is none that has failed.
            subtasks.FailWork(subtask, context.State.Early?.WasDropped(subtask) == true ? 0 : context.State.AttemptOf(subtask), preparation.Error, now);
        }
        else if (preparation.IsConditionFalse)
        {
            subtasks.Skip(subtask, new SkipCause(subtask, SkipReason.Condition), now);
        }
        else if (preparation.Approval is { } question && _approved?.Contains(subtask) != true)
        {
            context.Record(new RunFact(RunFactKind.ApprovalRequested, now, subtask, payload: question));
            Ask(subtask, preparation, now);
            BeginApproval(subtask, commands);
        }
        else
        {
            Queue(subtask, preparation, now, commands);
        }

        return true;
    }

    /// <summary>A subtask was approved or rejected.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="fingerprint">That of the question that was answered.</param>
    /// <param name="isApproved">Which of both.</param>
    /// <param name="answer">Who, and why.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    /// <returns>Whether the answer counted: whether this very question was open.</returns>
    public bool Decided(int subtask, string fingerprint, bool isApproved, ApprovalAnswer answer, long now, HostCommands commands)
    {
        if (OpenQuestionOf(subtask) is not { } open || open != fingerprint)
        {
            return false;
        }

        Preparation preparation = EndApproval(subtask, isApproved, answer, now);
        if (isApproved)
        {
            (_approved ??= []).Add(subtask);
            Queue(subtask, preparation, now, commands);
        }
        else
        {
            string by = answer.By is null ? "" : $" by {answer.By}";
            subtasks.Fail(subtask, attempt: 0, new SubtaskError("Rejected", $"It was rejected{by}{(answer.Reason is null ? "." : $": {answer.Reason}")}"), now);
        }

        return true;
    }

    /// <summary>Questions that nobody has answered in time count as rejected.</summary>
    /// <returns>Whether there were any.</returns>
    public bool ExpireApprovals(long now)
    {
        bool anyExpired = false;
        while (_expiring is not null && _expiring.TryPeek(out (int Subtask, long AskedAt) asked) && now >= asked.AskedAt + context.Options.ApprovalTimeout!.Value.Ticks)
        {
            _expiring.Dequeue();
            if (OpenQuestionOf(asked.Subtask) is not null && _questions![asked.Subtask].AskedAt == asked.AskedAt)
            {
                string reason = $"No answer came within {context.Options.ApprovalTimeout}.";
                EndApproval(asked.Subtask, isApproved: false, new ApprovalAnswer(By: null, reason), now);
                subtasks.Fail(asked.Subtask, attempt: 0, new SubtaskError("ApprovalExpired", reason), now);
                anyExpired = true;
            }
        }

        return anyExpired;
    }

    /// <summary>The host has made the output of a subtask of those that it added.</summary>
    /// <returns>Whether the subtask was waiting for that.</returns>
    public bool Joined(int subtask, object? output, SubtaskError? error, long now)
    {
        if (!context.Waits.End(subtask, WaitReason.Join))
        {
            return false;
        }

        if (error is null)
        {
            subtasks.Succeed(subtask, attempt: 0, output, OutputOrigin.Executed, now);
        }
        else
        {
            subtasks.Fail(subtask, attempt: 0, error, now);
        }

        return true;
    }

    /// <summary>The run stops: what has lost its parts to failures fails with them, the inner ones first.</summary>
    public void FailWithParts(long now)
    {
        foreach (int subtask in _expanded?.OrderDescending() ?? Enumerable.Empty<int>())
        {
            if (context.State.IsOpen(subtask) && PartsEnd.ErrorOf(context.State, subtask) is { } error)
            {
                subtasks.Fail(subtask, attempt: 0, error, now);
            }
        }
    }

    /// <summary>Applies a fact of the run's past.</summary>
    public void Replay(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.SubtasksAdded when ((GraphGrowth)fact.Payload!).IsJoined:
                (_expanded ??= []).Add(fact.Subtask);
                break;
            case RunFactKind.ApprovalRequested:
                Ask(fact.Subtask, new Preparation { Approval = (ApprovalQuestion)fact.Payload! }, fact.Time);
                break;
            case RunFactKind.ApprovalDecided:
                _questions?.Remove(fact.Subtask);
                if (fact.Detail != 0)
                {
                    (_approved ??= []).Add(fact.Subtask);
                }

                break;
        }
    }

    /// <summary>All facts have been applied: a ready subtask whose question is open waits for the answer.</summary>
    /// <returns>Whether it is.</returns>
    public bool ResumeApproval(int subtask, HostCommands commands)
    {
        if (_questions?.ContainsKey(subtask) != true)
        {
            return false;
        }

        BeginApproval(subtask, commands);
        return true;
    }

    private void Ask(int subtask, Preparation preparation, long now)
    {
        (_questions ??= [])[subtask] = new OpenQuestion(preparation, now);
        if (context.Options.ApprovalTimeout is not null)
        {
            (_expiring ??= new()).Enqueue((subtask, now));
        }
    }

    private void BeginApproval(int subtask, HostCommands commands)
    {
        context.Waits.Begin(subtask, WaitReason.Approval);
        commands.WakeRunAt(_questions![subtask].AskedAt + context.Options.ApprovalTimeout?.Ticks);
    }

    private Preparation EndApproval(int subtask, bool isApproved, ApprovalAnswer answer, long now)
    {
        context.Waits.End(subtask, WaitReason.Approval);
        _questions!.Remove(subtask, out OpenQuestion question);
        context.Record(new RunFact(RunFactKind.ApprovalDecided, now, subtask, detail: isApproved ? (byte)1 : (byte)0, payload: answer));
        return question.Preparation;
    }

    /// <summary>All that a subtask waits for has ended, of which an attempt started early.</summary>
    private void AdmitEarly(int subtask, long now, HostCommands commands)
    {
        if (context.State.IsPlanOpen && context.State.StateOf(subtask) == SubtaskState.Ready && context.Waits.Of(subtask) == WaitReason.None)
        {
            context.Waits.Begin(subtask, WaitReason.Plan);
        }

        if (!gates.IsOpening(subtask))
        {
            return;
        }

        SkipCause? closed = budget.NotStarting is { } cause ? cause with { Subtask = subtask } : context.Graph.HasGrown ? PartsEnd.OfInput(context.State, subtask) : null;
        if (closed is not null)
        {
            gates.Close(subtask, closed, now, commands);
        }
        else if (context.Graph.Inputs[subtask] is { Condition: not null })
        {
            context.Waits.Begin(subtask, WaitReason.Condition);
            commands.Add(new HostCommand(HostCommandKind.CheckCondition, subtask));
        }
        else
        {
            gates.Open(subtask, now, commands);
        }
    }

    /// <summary>The host has looked at the condition of a subtask that has started early, whose attempt has neither been dropped nor cancelled meanwhile.</summary>
    /// <returns>Whether the subtask was waiting for that.</returns>
    public bool ConditionChecked(int subtask, Preparation preparation, long now, HostCommands commands)
    {
        if (!context.Waits.End(subtask, WaitReason.Condition))
        {
            return false;
        }

        EarlyAttempt early = context.State.EarlyOf(subtask)!;
        if (preparation.Error is not null && early.IsHeld)
        {
            subtasks.FailWork(subtask, early.Attempt, preparation.Error, now);
        }
        else if (preparation.Error is not null)
        {
            // It fails as soon as its code has stopped, by looking at the condition again.
            gates.GiveUp(subtask, now, commands);
        }
        else if (preparation.IsConditionFalse)
        {
            gates.Close(subtask, new SkipCause(subtask, SkipReason.Condition), now, commands);
        }
        else
        {
            gates.Open(subtask, now, commands);
        }

        return true;
    }

    /// <summary>If the plan is refused in the end, what has been done must not have changed anything.</summary>
    private bool MayStartEarly(int subtask) => !context.Options.AwaitsApproval && context.Graph.TaskTypes[subtask].Effect == TaskEffect.Pure && !context.Graph.SubtaskAt(subtask).IsComposite;

    private bool MustPrepare(int subtask) =>
        WaitsForParts(subtask)
        || context.Graph.Policies[subtask].RequiresApproval
        || context.Graph.Inputs[subtask] is { Condition: not null }
        || context.Graph.SubtaskAt(subtask).IsComposite
        || (mayShare is not null && mayShare(subtask));

    private void Prepare(int subtask, long now, HostCommands commands)
    {
        bool isExpanded = WaitsForParts(subtask);
        if (isExpanded && EndWithParts(subtask, now))
        {
            return;
        }

        context.Waits.Begin(subtask, isExpanded ? WaitReason.Join : WaitReason.Preparation);
        context.Arrivals?.BeginPreparation(subtask);
        commands.Add(new HostCommand(isExpanded ? HostCommandKind.Join : HostCommandKind.Prepare, subtask));
    }

    /// <summary>All parts of a subtask have ended: whether it ends with them, because there is no output to be made.</summary>
    private bool EndWithParts(int subtask, long now)
    {
        (SubtaskError? error, SkipCause? skip) = PartsEnd.Of(context.State, subtask);
        if (error is not null)
        {
            subtasks.Fail(subtask, attempt: 0, error, now);
        }
        else if (skip is not null)
        {
            subtasks.Skip(subtask, skip, now);
        }

        return (error ?? (object?)skip) is not null;
    }

    /// <summary>Nothing more is to be found out.</summary>
    private void Queue(int subtask, Preparation preparation, long now, HostCommands commands)
    {
        if (context.Graph.SubtaskAt(subtask).IsComposite)
        {
            (_expanded ??= []).Add(subtask);
            if (preparation.Growth is null)
            {
                Prepare(subtask, now, commands);
            }
            else
            {
                context.Grow(subtask, preparation.Growth, now);
            }
        }
        else if (preparation.Cached is { } cached)
        {
            subtasks.Find(subtask, cached, now);
        }
        else if (preparation.Identity is { } identity)
        {
            subtasks.Share(subtask, identity, now);
        }
        else
        {
            context.Waits.Enqueue(subtask);
        }
    }
}
