using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>
/// A host that does everything in the worst order that its seed can think of: a random plan with random needs, completions in any order,
/// failures, code that ignores that it was told to stop, late and repeated completions, timers that come early, approvals with the wrong
/// fingerprint, subtasks that add others, cancellation at any moment. It holds the core to what must be true at every step.
/// </summary>
internal sealed class AdversarialRun
{
    private static readonly JoinedFlight Other = new("other", "work");

    private readonly Random _random;
    private readonly AdversarialWorld _world;
    private readonly HostCommands _commands = new();
    private readonly List<HostDuty> _open = [];
    private readonly List<HostDuty> _closed = [];
    private readonly HashSet<(int Subtask, int Attempt)> _ignoring = [];
    private readonly Dictionary<(int Subtask, int Attempt), AttemptStart> _out = [];
    private readonly HashSet<int> _asked = [];
    private readonly Random _deferring;
    private readonly Random? _pausing;
    private readonly HashSet<int> _read = [];
    private int _submission = 1;
    private long _now = DateTimeOffset.UnixEpoch.Ticks;
    private int _seenFacts;

    public AdversarialRun(int seed, bool mayFallBack = true, bool mayBatch = true, bool mayStartEarly = true, bool mayDefer = true, bool mayHedge = true, bool mayPause = false)
    {
        _random = new Random(seed);
        _deferring = new Random(~seed);
        _pausing = mayPause ? new Random(seed ^ 0x5EED) : null;
        _world = new AdversarialWorld(seed, mayFallBack, mayBatch, mayStartEarly, mayDefer, mayHedge);
        bool hasOthers = seed % 2 == 1;
        Core = new DispatchCore(_world.Graph, RunResources.Alone(_world.Resources, Options.MaxBypasses), $"run-{seed}", Options, _world.Order, subtask => Graph.TaskTypes[subtask].MayShare, _world.Observed)
        {
            BeginOrJoin = hasOthers ? (subtask, _) => Graph.TaskTypes[subtask].MayShare && _random.Next(8) == 0 ? Other : null : null,
        };
        Core.Deferrals?.Collect = (_, _) => _submission;
        Core.Deferrals?.TakeUnused = TakeUnused;
    }

    /// <summary>Of answers that nobody has taken what they have used, by subtask and submission.</summary>
    public Dictionary<(int Subtask, int Submission), TaskUsage> Answers { get; } = [];

    /// <summary>The tokens of answers that no code has taken.</summary>
    public long UnusedTokens { get; private set; }

    /// <summary>How many attempts have ended to wait for answers.</summary>
    public int DeferredAttempts { get; private set; }

    public DispatchCore Core { get; }

    public RunOptions Options => _world.Options;

    public GrowingGraph Graph => Core.State.Graph;

    /// <summary>How many attempts were in batches.</summary>
    public int BatchedAttempts { get; private set; }

    /// <summary>Of each subtask how often its work was started.</summary>
    public Dictionary<int, int> Starts { get; } = [];

    /// <summary>The attempts whose code returned an error that is worth another attempt.</summary>
    public HashSet<(int Subtask, int Attempt)> Retryable { get; } = [];

    /// <summary>Hears every fact and command as it comes.</summary>
    public Action<string>? Trace { get; init; }

    public IReadOnlyList<ResourcePoolSnapshot> Pools => _world.Resources.Snapshot();

    /// <returns>The events of the run.</returns>
    public IReadOnlyList<RunEvent> Play()
    {
        Core.Start(_now, _commands);
        Take();
        int steps = 0;
        while (!Core.State.IsEnded)
        {
            Assert.True(steps++ < 20_000, "The run does not end.");
            if (_pausing?.Next(25) == 0 || (Core.State.IsPaused && _open.Count + _asked.Count == 0))
            {
                _ = Core.State.IsPaused ? Core.Continue(_now, _commands) : Core.Pause("The seed says so.", _now);
                Take();
                continue;
            }

            Assert.True(_open.Count + _asked.Count > 0, $"Nothing is going on, but the run has not ended. {Describe()}");
            _now += _random.Next(1, 1000) * (_random.Next(20) == 0 ? TimeSpan.TicksPerMillisecond : 1);
            Step();
            Take();
            Assert.All(Pools, pool => Assert.InRange(pool.InUse, 0, pool.Capacity));
        }

        foreach (HostDuty late in _open.Concat(_closed).Where(duty => duty.IsAttempt).ToArray())
        {
            Return(late);
        }

        Assert.Empty(_commands.Starts);
        Assert.Empty(_commands.Others);
        var factory = new RunEventFactory("run", Graph);
        return [.. Enumerable.Range(0, Core.State.History.Count).Select(index => factory.Create(Core.State.History[index], index))];
    }

    private void Step()
    {
        int chance = _random.Next(200);
        if (chance == 0)
        {
            Core.CancelRun(_now, _commands);
        }
        else if (chance < 3)
        {
            Core.CancelSubtask(_random.Next(Graph.Count), _now, _commands);
        }
        else if (chance < 10)
        {
            Core.ResourcesReleased(_now, _commands);
        }
        else if (chance < 14 && Core.BeginOrJoin is not null)
        {
            // Another run has begun the work of a subtask, whatever that waits for.
            Core.TryJoin(_random.Next(Graph.Count), Other, _now, _commands);
        }
        else if (chance < 40 && _closed.Count > 0)
        {
            // Something that has been dealt with happens again.
            Happen(_closed[_random.Next(_closed.Count)]);
        }
        else if (_asked.Count > 0 && (_open.Count == 0 || _random.Next(3) == 0))
        {
            Answer(_asked.ElementAt(_random.Next(_asked.Count)));
        }
        else if (_open.Count > 0)
        {
            HappenOpen(_random.Next(_open.Count));
        }
    }

    private void HappenOpen(int index)
    {
        HostDuty duty = _open[index];
        if (duty.IsTimer && _random.Next(4) > 0)
        {
            // Other things happen before the time comes; but when nothing else can, it comes.
            int[] others = [.. Enumerable.Range(0, _open.Count).Where(other => !_open[other].IsTimer && !Ignores(_open[other]))];
            if (others.Length > 0)
            {
                HappenOpen(others[_random.Next(others.Length)]);
                return;
            }
        }

        if (Ignores(duty) && _open.Exists(other => other.IsTimer))
        {
            // Its code goes on until it is abandoned, and perhaps long after.
            return;
        }

        _open.RemoveAt(index);
        _closed.Add(duty);
        if (duty.IsTimer && duty.Kind != HostCommandKind.WakeRetry)
        {
            _now = Math.Max(_now, duty.DueAt);
        }

        Happen(duty);
    }

    private bool Ignores(HostDuty duty) =>
        (duty.IsAttempt && _ignoring.Contains((duty.Subtask, duty.Attempt)) && Core.State.IsWaitedFor(duty.Subtask, duty.Attempt))
        || (duty.Kind == HostCommandKind.Compensate && _ignoring.Contains((~duty.Subtask, duty.Attempt)));

    private void Happen(HostDuty duty)
    {
        switch (duty.Kind)
        {
            case null:
                Return(duty);
                break;
            case HostCommandKind.WakeAttempt:
                Core.AttemptDue(duty.Subtask, duty.Attempt, _random.Next(3) == 0 ? _now : 0, mayRetry: true, _now, _commands);
                break;
            case HostCommandKind.WatchProgress:
                Core.Progressed(duty.Subtask, duty.Attempt, _now, _commands);
                break;
            case HostCommandKind.WakeRetry:
                Core.RetryDue(duty.Subtask, _now, _commands);
                break;
            case HostCommandKind.WakeRun:
                Core.RunDue(_now, _commands);
                break;
            case HostCommandKind.Prepare:
                Core.Prepared(duty.Subtask, RandomPreparation(duty.Subtask), _now, _commands);
                break;
            case HostCommandKind.PrepareEarly:
                Core.PreparedEarly(duty.Subtask, AnyPreparation(duty.Subtask), _now, _commands);
                break;
            case HostCommandKind.CheckCondition:
                Core.ConditionChecked(duty.Subtask, RandomPreparation(duty.Subtask), _now, _commands);
                break;
            case HostCommandKind.AwaitFlight:
                Core.FlightEnded(duty.Subtask, AnyPreparation(duty.Subtask), _now, _commands);
                break;
            case HostCommandKind.Join:
                Core.Joined(duty.Subtask, "joined", _random.Next(10) == 0 ? new SubtaskError("Broken", "It broke.") : null, _now, _commands);
                break;
            case HostCommandKind.FollowCalls:
                // Nothing is added to what is on its way; some is never received, and some is answered twice.
                _submission += duty.Attempt == _submission ? 1 : 0;
                if (_deferring.Next(4) > 0)
                {
                    Core.Submitted(new SubmittedCalls(duty.Attempt, "gpt", $"batch-{duty.Attempt}"), _now, _commands);
                }

                Read(duty.Attempt);
                Core.Answered(duty.Attempt, _now, _commands);
                break;
            case HostCommandKind.Compensate:
                Core.Compensated(duty.Subtask, duty.Attempt, _random.Next(3) == 0 ? new SubtaskError("Broken", "It broke.") : null, _now, _commands);
                break;
            case HostCommandKind.WakeCompensation:
                Core.CompensationDue(duty.Subtask, duty.Attempt, _now, _commands);
                break;
        }
    }

    private Preparation RandomPreparation(int subtask)
    {
        if (_random.Next(40) == 0)
        {
            return new Preparation { Error = new SubtaskError("Broken", "It broke.") };
        }

        if (Graph.Inputs[subtask]?.Condition is not null && _random.Next(2) == 0)
        {
            return new Preparation { IsConditionFalse = true };
        }

        if (Graph.SubtaskAt(subtask).Plan is { } plan)
        {
            return new Preparation { Growth = Grow(plan, subtask, GrowthScope.ForNestedPlan(Graph), isJoined: true) };
        }

        if (Graph.SubtaskAt(subtask) is { Items: { } items } each)
        {
            return new Preparation
            {
                Growth = items.GetArrayLength() == 0 ? null : Grow(AdversarialWorld.PartsOf(each), subtask, GrowthScope.ForItems(Graph, subtask), isJoined: true),
            };
        }

        return AnyPreparation(subtask);
    }

    /// <summary>What is found out about a subtask whose condition holds, also a second time.</summary>
    private Preparation AnyPreparation(int subtask)
    {
        return new Preparation
        {
            Approval = Graph.Policies[subtask].RequiresApproval ? new ApprovalQuestion($"question-{subtask}", default) : null,
            Cached = Graph.TaskTypes[subtask].Effect == TaskEffect.Pure && _random.Next(8) == 0
                ? new CachedOutput("cached") { Work = Core.BeginOrJoin is null ? null : new AvoidedWork(new TaskUsage(1, 2, 0), 3) }
                : null,
            Identity = Graph.TaskTypes[subtask].MayShare && _random.Next(8) > 0 ? $"work-{subtask % _world.Works}" : null,
        };
    }

    private GraphGrowth Grow(TaskPlan plan, int parent, GrowthScope surroundings, bool isJoined)
    {
        GraphGrowth? growth = _world.Checker.CheckGrowth(plan, Graph, parent, surroundings, isJoined, out IReadOnlyList<PlanDiagnostic> diagnostics);
        Assert.Empty(diagnostics);
        return growth!;
    }

    private string[] KnownIds() => [.. Enumerable.Range(0, Graph.Count).Select(subtask => Graph.SubtaskAt(subtask).Id)];

    private void Answer(int subtask)
    {
        if (subtask < 0)
        {
            _asked.Remove(subtask);
            Core.ExtendBudget(new RunBudget { MaxAttempts = 10_000, MaxTokens = 1_000_000, WhenExhausted = BudgetAction.Finish }, _now, _commands);
            return;
        }

        string fingerprint = Core.OpenQuestionOf(subtask) ?? "none";
        bool isRight = _random.Next(3) > 0;
        bool counted = Core.Decided(subtask, isRight ? fingerprint : "wrong", _random.Next(4) > 0, new ApprovalAnswer("somebody", null), _now, _commands);
        Assert.Equal(isRight && fingerprint != "none", counted);
        if (counted || fingerprint == "none")
        {
            _asked.Remove(subtask);
        }
    }

    private void Return(HostDuty start)
    {
        if (_out.Remove((start.Subtask, start.Attempt), out AttemptStart left))
        {
            left.Leave()?.Dispose();
        }

        TaskUsage? usage = _random.Next(3) == 0 ? new TaskUsage(_random.Next(30), _random.Next(30), 0) : null;
        bool mayGrow = Graph.Count < 60 && Core.State.IsCurrent(start.Subtask, start.Attempt) && _random.Next(15) == 0;
        AttemptResult result = _random.Next(6) == 0
            ? new AttemptResult { Error = new SubtaskError("Broken", "It broke."), MayRetry = _random.Next(2) == 0, Usage = usage, IsBatchBroken = start.Start.Batch is { } batch && (batch.Mark.Number + start.Attempt) % 2 == 0 }
            : new AttemptResult
            {
                Output = $"output of {start.Subtask}",
                Usage = usage,
                Growth = mayGrow ? Grow(_world.RandomAddition(KnownIds()), start.Subtask, GrowthScope.ForAddition(Graph, start.Subtask), isJoined: false) : null,
            };
        if (Core.Deferrals is not null && start.Start.Batch is null && Graph.TaskTypes[start.Subtask].MayShare && _deferring.Next(4) == 0)
        {
            result = new AttemptResult { Error = new SubtaskError("Deferred", "It waits."), Deferred = this, Usage = usage };
            DeferredAttempts += Core.State.IsCurrent(start.Subtask, start.Attempt) ? 1 : 0;
        }

        else if (Core.Deferrals is not null && Core.State.IsCurrent(start.Subtask, start.Attempt))
        {
            result = result with { Usage = TakeAnswers(start.Subtask, result.Usage) };
        }

        if (result is { Error: not null, MayRetry: true } && Core.State.IsCurrent(start.Subtask, start.Attempt))
        {
            Retryable.Add((start.Subtask, start.Attempt));
        }

        Core.Returned(start.Subtask, start.Attempt, result, _now, _commands);
    }

    /// <summary>The answers of a submission are read once, and not after the end of the run; some members have none.</summary>
    private void Read(int submission)
    {
        if (!Core.State.IsEnded && _read.Add(submission))
        {
            foreach (int member in Core.Deferrals!.MembersOf(submission).Where(_ => _deferring.Next(4) > 0))
            {
                Answers.Add((member, submission), new TaskUsage(_deferring.Next(1, 30), _deferring.Next(30), 0));
            }
        }
    }

    /// <summary>Code takes most of the answers that are there.</summary>
    private TaskUsage? TakeAnswers(int subtask, TaskUsage? usage)
    {
        foreach ((int Subtask, int Submission) answer in Answers.Keys.Where(answer => answer.Subtask == subtask && _deferring.Next(4) > 0).ToArray())
        {
            Answers.Remove(answer, out TaskUsage? taken);
            usage = usage?.Add(taken!) ?? taken;
        }

        return usage;
    }

    private TaskUsage? TakeUnused(int subtask, int submission)
    {
        if (Answers.Remove((subtask, submission), out TaskUsage? unused))
        {
            UnusedTokens += unused.Tokens;
        }

        return unused;
    }

    private void Take()
    {
        _commands.Starts.ForEach(start => Take(HostDuty.Of(start)));
        Assert.True(Workers() <= Options.MaxParallelism, "More workers are busy than there are.");
        _commands.Others.ForEach(command => Take(HostDuty.Of(command)));
        _commands.Clear();
        for (; _seenFacts < Core.State.History.Count; _seenFacts++)
        {
            RunFact fact = Core.State.History[_seenFacts];
            Trace?.Invoke($"{_seenFacts} {fact.Time - DateTimeOffset.UnixEpoch.Ticks} {fact.Kind} {fact.Subtask}.{fact.Attempt} {fact.Detail} {fact.Payload}");
            if (fact.Kind == RunFactKind.ApprovalRequested)
            {
                _asked.Add(fact.Subtask);
            }
            else if (fact.Kind == RunFactKind.BudgetExhausted && Options.Budget!.WhenExhausted == BudgetAction.Ask && Core.State.Stop is null)
            {
                _asked.Add(-1);
            }
        }
    }

    private void Take(HostDuty duty)
    {
        Trace?.Invoke($"-> {duty.Kind?.ToString() ?? "Start"} {duty.Subtask}.{duty.Attempt} {duty.DueAt - DateTimeOffset.UnixEpoch.Ticks}");
        switch (duty.Kind)
        {
            case HostCommandKind.StopAttempt when _random.Next(3) == 0:
                _ignoring.Add((duty.Subtask, duty.Attempt));
                break;
            case HostCommandKind.StopAttempt or HostCommandKind.StopCompensation or HostCommandKind.KeepHeld or HostCommandKind.EndRun:
                break;
            default:
                _open.Add(duty);
                Began(duty);
                break;
        }
    }

    private void Began(HostDuty duty)
    {
        if (duty.Kind == HostCommandKind.Compensate && _random.Next(4) == 0)
        {
            _ignoring.Add((~duty.Subtask, duty.Attempt));
        }
        else if (duty.IsAttempt)
        {
            Starts[duty.Subtask] = Starts.GetValueOrDefault(duty.Subtask) + 1;
            Assert.True(
                Graph.Policies[duty.Subtask].ChangesNothing || !_out.Keys.Any(running => running.Subtask == duty.Subtask),
                "Work that changes something runs beside an earlier attempt that has not returned.");
            _out.Add((duty.Subtask, duty.Attempt), duty.Start);
            Assert.True(duty.Start.HedgeOf == 0 || (duty.Start.Batch is null && _out.ContainsKey((duty.Subtask, duty.Start.HedgeOf))), "A second attempt runs beside none.");
            if (duty.Start.Batch is { } batch)
            {
                Assert.Contains(duty.Subtask, batch.Members);
                Assert.InRange(batch.Members.Count, 2, Graph.TaskTypes[duty.Subtask].Options.Batch.MaxSize);
                Assert.Equal(Graph.Policies[duty.Subtask].Batch, Graph.Policies[batch.Members[0]].Batch);
                Assert.Equal(Graph.NeedVectorOf[duty.Subtask], Graph.NeedVectorOf[batch.Members[0]]);
                Assert.Same(batch.Lease, duty.Start.Lease);
                BatchedAttempts++;
            }
        }
    }

    /// <summary>How many workers the attempts take that the run waits for: those of a batch take one.</summary>
    private int Workers() => _out.Where(running => Core.State.IsWaitedFor(running.Key.Subtask, running.Key.Attempt))
        .Select(running => running.Value.Batch ?? (object)running.Key)
        .Distinct()
        .Count();

    private string Describe() => $"{Core.State.Running} run, pools {string.Join(' ', Pools)}; " + string.Join(
        ", ", Enumerable.Range(0, Graph.Count).Where(subtask => Core.State.StateOf(subtask) <= SubtaskState.Running).Select(subtask => $"{subtask} {Core.State.StateOf(subtask)} {Core.WaitOf(subtask)}"));
}
