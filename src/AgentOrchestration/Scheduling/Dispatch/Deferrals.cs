using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Deferring;
using AgentOrchestration.Tasks.Endpoints;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Which subtasks wait for answers of calls that were deferred. They hold nothing, and start again when the answers are there, or when all that is left of the run must be done
/// without waiting for the run to be done in time.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="budget">Keeps what is reserved for them.</param>
/// <param name="live">What is left of the run takes without waiting.</param>
internal sealed class Deferrals(DispatchContext context, BudgetGate budget, LiveTime live)
{
    /// <summary>How long a run that is resumed waits at least: the endpoint has had time to answer while nobody drove the run.</summary>
    private const long FetchTime = 2 * TimeSpan.TicksPerMinute;
    private const long Late = TimeSpan.TicksPerMinute;

    private readonly Dictionary<int, Submission> _submissions = [];

    // Of each subtask since its last failure.
    private readonly Dictionary<int, List<Submission>> _ofSubtask = [];
    private readonly Dictionary<int, int> _uncounted = [];
    private readonly Dictionary<int, int> _failures = [];
    private readonly HashSet<int> _waiting = [];

    // Of each subtask that has waited: before this moment no batch is cancelled; and those of which an attempt has started since then.
    private readonly Dictionary<int, long> _mayBeCancelled = [];
    private readonly HashSet<int> _late = [];

    // What nobody takes the answers of any more, which may have come.
    private readonly Queue<(int Subtask, int Submission)> _unneeded = [];
    private long _wakesAt;
    private long _resumedUntil;

    /// <summary>Asked for the submission that the calls of an attempt are in, by the subtask and the calls. Inside the gate.</summary>
    public Func<int, object, int> Collect { get; set; } = static (_, _) => throw new InvalidOperationException("Nobody collects deferred calls.");

    /// <summary>
    /// Asked for what the answers of a submission to a subtask have used, when nobody takes them any more, and it was not counted; <see langword="null"/> for nothing. Inside the gate.
    /// </summary>
    public Func<int, int, TaskUsage?> TakeUnused { get; set; } = static (_, _) => null;

    /// <summary>Asked for what the calls of an attempt would use at the model's endpoint. Inside the gate. Default: nothing is known.</summary>
    public Func<object, EndpointLoad> LoadOf { get; set; } = static _ => default;

    /// <summary>Asked for how long a model's endpoint needs for what is left. Inside the gate. Default: nothing is known of it.</summary>
    public Func<string, EndpointLoad, TimeSpan> TimeAt
    {
        set => live.TimeAt = value;
    }

    /// <summary>When everything that has not ended must start at the latest, in UTC ticks, for the run to be done in time.</summary>
    public long LatestStart => Math.Min(context.StartedAt + context.Options.DeferCallsWithin!.Value.Ticks, RunEnd) - live.Ticks;

    /// <summary>Until when answers are waited for at most, in UTC ticks.</summary>
    public long LatestWait => Math.Max(LatestStart, _resumedUntil);

    /// <summary>The number of the latest submission; 0 before the first.</summary>
    public int Latest { get; private set; }

    private long RunEnd => Math.Min(budget.TimeIsUpAt, Math.Min(context.StartedAt + context.Options.Timeout?.Ticks ?? long.MaxValue, context.Options.Deadline?.At ?? long.MaxValue));

    /// <summary>How many attempts of a subtask do not count, because they have ended to wait.</summary>
    public int UncountedOf(int subtask) => _uncounted.GetValueOrDefault(subtask);

    /// <summary>The endpoint whose calls of a subtask may wait, if it has batches; <see langword="null"/> when none may.</summary>
    public string? EndpointOf(int subtask) => DeferrableWork.EndpointOf(context.Graph.TaskTypes[subtask], context.Graph.Policies[subtask], context.Options.DeferCallsWithin!.Value);

    /// <summary>How often the work of a subtask has failed. Answers to what it asked before are not those of its next attempt.</summary>
    public int FailuresOf(int subtask) => _failures.GetValueOrDefault(subtask);

    /// <summary>How often a subtask has waited since its last failure, for what an endpoint has received.</summary>
    public int RoundsOf(int subtask) => _ofSubtask.TryGetValue(subtask, out List<Submission>? submissions) ? submissions.Count(static submission => submission.Receipt is not null) : 0;

    /// <summary>Whether a subtask has deferred calls since its last failure: the next attempt takes the answers.</summary>
    public bool HasWaited(int subtask) => _ofSubtask.ContainsKey(subtask);

    /// <summary>
    /// Whether the latest attempt of a subtask that has waited has started because the answers were there, as far as facts show it: an endpoint has received the calls, and half of the time
    /// to wait was left, which a batch is never cancelled before. Otherwise its code may have asked again.
    /// </summary>
    public bool WasAnswered(int subtask) => RoundsOf(subtask) > 0 && !_late.Contains(subtask);

    /// <summary>The id that the endpoint has given to a submission; <see langword="null"/> when it is not known to have received it.</summary>
    public SubmittedCalls? ReceiptOf(int submission) => _submissions.TryGetValue(submission, out Submission? known) ? known.Receipt : null;

    /// <summary>When an endpoint has received a submission, in UTC ticks; <see langword="null"/> when it is not known to have.</summary>
    public long? SubmittedAt(int submission) => _submissions.TryGetValue(submission, out Submission? known) && known.Receipt is not null ? known.SubmittedAt : null;

    /// <summary>The subtasks that wait for a submission.</summary>
    public IEnumerable<int> WaitingFor(int submission) => _submissions.TryGetValue(submission, out Submission? known)
        ? known.Members.Where(member => context.Waits.Of(member) == WaitReason.DeferredCalls)
        : [];

    /// <summary>The subtasks whose calls are in a submission.</summary>
    public IEnumerable<int> MembersOf(int submission) => _submissions.TryGetValue(submission, out Submission? known) ? known.Members : [];

    /// <summary>The code of an attempt has deferred calls.</summary>
    public void Defer(int subtask, int attempt, object calls, long now, HostCommands commands)
    {
        int number = Collect(subtask, calls);
        live.Expect(subtask, LoadOf(calls));
        bool isNew = !_submissions.ContainsKey(number);
        context.Record(new RunFact(RunFactKind.AttemptDeferred, now, subtask, attempt, payload: new DeferredAttempt(number, Math.Max(now, LatestStart))));
        Wait(subtask);
        if (isNew)
        {
            commands.Add(new HostCommand(HostCommandKind.FollowCalls) { Attempt = number });
        }
    }

    /// <summary>An endpoint has received a submission.</summary>
    /// <returns>Whether that is new.</returns>
    public bool Submitted(SubmittedCalls calls, long now)
    {
        if (ReceiptOf(calls.Submission) is not null || context.State.IsEnded)
        {
            return false;
        }

        context.Record(new RunFact(RunFactKind.CallsSubmitted, now, payload: calls));
        return true;
    }

    /// <summary>A submission has been answered, or never will be.</summary>
    /// <returns>Whether a subtask starts again, or answers have come that nobody takes any more.</returns>
    public bool Answered(int submission)
    {
        if (!_submissions.TryGetValue(submission, out Submission? answered) || answered.IsAnswered)
        {
            return false;
        }

        answered.IsAnswered = true;
        bool isAny = false;
        foreach (int member in answered.Members)
        {
            if (!_ofSubtask.TryGetValue(member, out List<Submission>? submissions) || !submissions.Contains(answered))
            {
                _unneeded.Enqueue((member, submission));
                isAny = true;
            }
            else if (submissions.TrueForAll(static one => one.IsAnswered))
            {
                isAny |= Wake(member);
            }
        }

        return isAny;
    }

    /// <summary>What was answered is charged, also when nobody takes it: counts that of subtasks that have ended, or whose work has failed.</summary>
    public void CountUnused(long now)
    {
        while (_unneeded.TryDequeue(out (int Subtask, int Submission) unneeded))
        {
            if (TakeUnused(unneeded.Subtask, unneeded.Submission) is { } used)
            {
                budget.Count(used);
                context.Record(new RunFact(RunFactKind.UsageCounted, now, unneeded.Subtask, context.State.AttemptOf(unneeded.Subtask), detail: 1, used));
            }
        }
    }

    /// <summary>Before anything starts: what has waited as long as it may starts again.</summary>
    public void Review(long now, HostCommands commands)
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        long latest = LatestWait;
        if (now >= latest + Late && _resumedUntil < latest)
        {
            // The process was asleep, or the clock was set: the endpoint has had time to answer, as when a run is resumed.
            _resumedUntil = now + FetchTime;
            commands.WakeRunAt(_resumedUntil);
        }
        else if (now >= latest)
        {
            foreach (int subtask in _waiting.Order().ToArray())
            {
                Wake(subtask);
            }
        }
        else if (latest != _wakesAt)
        {
            _wakesAt = latest;
            commands.WakeRunAt(latest);
        }
    }

    /// <summary>All facts have been applied. What subtasks were answered that wait no longer is counted, or belongs to a process that is gone.</summary>
    public void EndReplay()
    {
        _unneeded.Clear();
        foreach (Submission submission in _submissions.Values)
        {
            submission.Members.RemoveWhere(member => !_ofSubtask.TryGetValue(member, out List<Submission>? submissions) || !submissions.Contains(submission));
        }
    }

    /// <summary>All facts have been applied: a subtask that has deferred calls waits for the answers, which are to be fetched again.</summary>
    /// <returns>Whether it has.</returns>
    public bool Resume(int subtask, long now, HostCommands commands)
    {
        if (!_ofSubtask.TryGetValue(subtask, out List<Submission>? submissions))
        {
            return false;
        }

        _resumedUntil = now + FetchTime;
        Wait(subtask);
        foreach (Submission submission in submissions)
        {
            if (!submission.IsFollowed)
            {
                submission.IsFollowed = true;
                commands.Add(new HostCommand(HostCommandKind.FollowCalls) { Attempt = submission.Number });
            }
        }

        return true;
    }

    /// <summary>Follows a fact of the run.</summary>
    public void Observe(in RunFact fact)
    {
        live.Observe(fact);
        switch (fact.Kind)
        {
            case RunFactKind.AttemptDeferred:
                Submission submission = SubmissionOf(((DeferredAttempt)fact.Payload!).Submission);
                submission.Members.Add(fact.Subtask);
                if (!_ofSubtask.TryGetValue(fact.Subtask, out List<Submission>? submissions))
                {
                    _ofSubtask.Add(fact.Subtask, submissions = []);
                }

                submissions.Add(submission);
                _uncounted[fact.Subtask] = UncountedOf(fact.Subtask) + 1;
                _mayBeCancelled[fact.Subtask] = fact.Time + ((((DeferredAttempt)fact.Payload!).Until - fact.Time) / 2);
                _late.Remove(fact.Subtask);
                break;
            case RunFactKind.AttemptStarted when _mayBeCancelled.TryGetValue(fact.Subtask, out long from) && fact.Time >= from:
                _late.Add(fact.Subtask);
                break;
            case RunFactKind.CallsSubmitted:
                var receipt = (SubmittedCalls)fact.Payload!;
                Submission received = SubmissionOf(receipt.Submission);
                (received.Receipt, received.SubmittedAt) = received.Receipt is { } first ? (first, received.SubmittedAt) : (receipt, fact.Time);
                break;
            case RunFactKind.AttemptFailed:
                _failures[fact.Subtask] = FailuresOf(fact.Subtask) + 1;
                Leave(fact.Subtask);
                break;
            case RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskSkipped or RunFactKind.SubtaskCancelled:
                _waiting.Remove(fact.Subtask);
                if (Leave(fact.Subtask))
                {
                    budget.Settle(fact.Subtask, attempt: 0, used: null);
                }

                break;
        }
    }

    /// <summary>A subtask takes no answers to what it has asked so far.</summary>
    /// <returns>Whether it has deferred any calls.</returns>
    private bool Leave(int subtask)
    {
        if (!_ofSubtask.Remove(subtask, out List<Submission>? submissions))
        {
            return false;
        }

        foreach (Submission submission in submissions)
        {
            _unneeded.Enqueue((subtask, submission.Number));
        }

        return true;
    }

    private Submission SubmissionOf(int number)
    {
        if (!_submissions.TryGetValue(number, out Submission? submission))
        {
            _submissions.Add(number, submission = new Submission(number));
            Latest = Math.Max(Latest, number);
        }

        return submission;
    }

    private void Wait(int subtask)
    {
        context.Waits.Begin(subtask, WaitReason.DeferredCalls);
        _waiting.Add(subtask);
    }

    private bool Wake(int subtask)
    {
        _waiting.Remove(subtask);
        if (!context.Waits.End(subtask, WaitReason.DeferredCalls))
        {
            return false;
        }

        context.Waits.Enqueue(subtask);
        return true;
    }

    private sealed class Submission(int number)
    {
        public int Number => number;

        public SortedSet<int> Members { get; } = [];

        public SubmittedCalls? Receipt { get; set; }

        public long SubmittedAt { get; set; }

        public bool IsAnswered { get; set; }

        public bool IsFollowed { get; set; }
    }
}
