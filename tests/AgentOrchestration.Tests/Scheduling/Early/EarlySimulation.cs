using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Tests.Scheduling.Early;

/// <summary>Plays a run in virtual time. Durations come from a seed, so that gates open and close at every moment, also at that at which an attempt ends.</summary>
/// <param name="world">What there is to do.</param>
/// <param name="share">What may start early.</param>
/// <param name="seed">Of durations, of the order of what happens at one moment, and of failures of attempts that start early.</param>
/// <param name="crashAfter">After how many steps the process dies and another continues; -1 for never.</param>
internal sealed class EarlySimulation(EarlyWorld world, double share, int seed, int crashAfter = -1)
{
    private readonly Random _random = new(seed);
    private readonly Random _stops = new(~seed);
    private readonly HostCommands _commands = new();
    private readonly PriorityQueue<Action, (long Time, int Order)> _agenda = new();
    private readonly Dictionary<(int Subtask, int Attempt), AttemptStart> _out = [];
    private readonly Dictionary<(int Subtask, int Attempt), string> _outputs = [];
    private RunOptions _options = null!;
    private DispatchCore _core = null!;
    private int _process;
    private long _now = DateTimeOffset.UnixEpoch.Ticks;

    /// <summary>Whether the plan is approved while the run waits for that; <see langword="null"/> when nobody is asked.</summary>
    public bool? IsApproved { get; init; }

    /// <summary>Whether the run, or subtasks, are cancelled, its time is up, or a failure stops it, at any moment.</summary>
    public bool HasStops { get; init; }

    /// <summary>How many steps there were.</summary>
    public int Steps { get; private set; }

    public RunState State => _core.State;

    /// <summary>Which subtasks were worked on, once for each attempt.</summary>
    public List<int> Executed { get; } = [];

    /// <returns>The events of the run.</returns>
    public IReadOnlyList<RunEvent> Play()
    {
        _options = new RunOptions { MaxParallelism = world.MaxParallelism, Extra = new ExtraWork { EarlyShare = share }, AwaitsApproval = IsApproved is not null };
        if (HasStops)
        {
            _options.FailurePolicy = _stops.Next(3) == 0 ? FailurePolicy.Stop : FailurePolicy.Continue;
            _options.Timeout = _stops.Next(3) == 0 ? TimeSpan.FromSeconds(_stops.Next(1, 20)) : null;
            _options.CancellationGracePeriod = TimeSpan.FromSeconds(_stops.Next(2, 10));
        }

        _core = NewCore();
        if (IsApproved is null)
        {
            _core.Start(_now, _commands);
        }
        else
        {
            _core.StartOpen(_now, _commands);
            PutAt(_now + (_random.Next(10) * TimeSpan.TicksPerSecond), Approve);
        }

        Take();
        while (!_core.State.IsEnded)
        {
            Assert.True(Steps < 20_000, $"The run does not end: {Describe()}");
            if (Steps++ == crashAfter)
            {
                Crash();
            }
            else if (HasStops && _stops.Next(12) == 0)
            {
                Interfere();
            }
            else
            {
                Step();
            }

            Take();
            HoldsAtEveryMoment();
        }

        var factory = new RunEventFactory("run", State.Graph);
        return [.. Enumerable.Range(0, State.History.Count).Select(index => factory.Create(State.History[index], index))];
    }

    private DispatchCore NewCore() => new(world.Graph, RunResources.Alone(EarlyWorld.NewPools()), "run", _options);

    private void Interfere()
    {
        if (_stops.Next(4) == 0)
        {
            _core.CancelRun(_now, _commands);
        }
        else
        {
            _core.CancelSubtask(_stops.Next(State.Graph.Count), _now, _commands);
        }
    }

    private void Approve()
    {
        if (IsApproved == true)
        {
            Assert.True(_core.CompletePlan(world.Graph, rest: null, SubtaskOrder.CriticalPathFirst, _now, _commands));
        }
        else
        {
            _core.CancelRun(_now, _commands);
        }
    }

    private void Step()
    {
        Assert.True(_agenda.TryDequeue(out Action? happen, out (long Time, int Order) moment), $"Nothing is going on, but the run has not ended: {Describe()}");
        _now = Math.Max(_now, moment.Time);
        if (_random.Next(2) == 0)
        {
            happen();
            return;
        }

        _core.BeginMoment();
        happen();
        while (_agenda.TryPeek(out _, out (long Time, int Order) next) && next.Time == moment.Time)
        {
            _agenda.Dequeue()();
        }

        _core.EndMoment(_now, _commands);
    }

    /// <summary>Only the facts are left; what was decided and not carried out is gone.</summary>
    private void Crash()
    {
        RunHistory facts = _core.State.History;
        _agenda.Clear();
        _commands.Clear();
        _out.Clear();
        _process++;
        _core = NewCore();
        for (int i = 0; i < facts.Count; i++)
        {
            _core.Replay(facts[i]);
        }

        _core.Resume(_now, _commands);
    }

    private void Take()
    {
        _commands.Starts.ForEach(Begin);
        foreach (HostCommand command in _commands.Others)
        {
            switch (command.Kind)
            {
                case HostCommandKind.Prepare:
                    Put(() => _core.Prepared(command.Subtask, PreparationOf(command.Subtask), _now, _commands));
                    break;
                case HostCommandKind.CheckCondition:
                    Put(() => _core.ConditionChecked(command.Subtask, PreparationOf(command.Subtask), _now, _commands));
                    break;
                case HostCommandKind.StopAttempt when HasStops && _stops.Next(2) == 0:
                    Put(() => Return(command.Subtask, command.Attempt, error: null, _outputs[(command.Subtask, command.Attempt)]));
                    break;
                case HostCommandKind.StopAttempt:
                    Put(() => Return(command.Subtask, command.Attempt, new SubtaskError("Stopped", "It was stopped."), output: null));
                    break;
                case HostCommandKind.WakeRun:
                    PutAt(command.DueAt, () => _core.RunDue(_now, _commands));
                    break;
                case HostCommandKind.WakeAttempt:
                    PutAt(command.DueAt, () => _core.AttemptDue(command.Subtask, command.Attempt, 0, mayRetry: true, _now, _commands));
                    break;
                case HostCommandKind.WakeRetry:
                    PutAt(command.DueAt, () => _core.RetryDue(command.Subtask, _now, _commands));
                    break;
                case HostCommandKind.PrepareEarly:
                    Assert.Fail("Nothing is shared here.");
                    break;
            }
        }

        _commands.Clear();
        foreach (int subtask in Enumerable.Range(0, State.Graph.Count))
        {
            if (_core.OpenQuestionOf(subtask) is { } question)
            {
                _core.Decided(subtask, question, isApproved: true, new ApprovalAnswer(null, null), _now, _commands);
                Take();
                return;
            }
        }
    }

    private Preparation PreparationOf(int subtask) => new()
    {
        IsConditionFalse = !world.Holds(subtask),
        Approval = world.Graph.GetPolicy(subtask).RequiresApproval ? new ApprovalQuestion($"{subtask}", default) : null,
    };

    private void Begin(AttemptStart start)
    {
        Executed.Add(start.Subtask);
        _out.Add((start.Subtask, start.Attempt), start);
        string output = _outputs[(start.Subtask, start.Attempt)] = world.OutputOf(start.Subtask, State);
        bool failsEarly = start.IsEarly && _random.Next(5) == 0;
        Put(() =>
        {
            bool fails = world.Fails(start.Subtask) || (failsEarly && State.EarlyOf(start.Subtask) is not null);
            Return(start.Subtask, start.Attempt, fails ? new SubtaskError("Broken", "It broke.") : null, output);
        });
    }

    private void Return(int subtask, int attempt, SubtaskError? error, string? output)
    {
        if (_out.Remove((subtask, attempt), out AttemptStart start))
        {
            start.Leave()?.Dispose();
            _core.Returned(subtask, attempt, new AttemptResult { Output = output, Error = error, Usage = world.UsageOf(subtask) }, _now, _commands);
        }
    }

    private void Put(Action happen) => PutAt(_now + (_random.Next(5) * TimeSpan.TicksPerSecond), happen);

    private void PutAt(long time, Action happen)
    {
        int process = _process;
        _agenda.Enqueue(
            () =>
            {
                if (process == _process)
                {
                    happen();
                }
            },
            (time, _random.Next()));
    }

    private void HoldsAtEveryMoment()
    {
        int early = 0;
        int unproven = 0;
        for (int i = 0; i < State.History.Count; i++)
        {
            RunFact fact = State.History[i];
            unproven -= fact.Kind == RunFactKind.AttemptConfirmed || fact.Payload is HeldOutput ? 1 : 0;
            if (fact.Kind == RunFactKind.AttemptStarted)
            {
                early++;
                unproven += fact.Detail;
                Assert.True(fact.Detail == 0 || unproven <= Math.Max(1, share * early), $"{unproven} of {early} attempts are early and have not come to use.");
            }
        }
    }

    private string Describe() => string.Join(", ", Enumerable.Range(0, State.Graph.Count).Select(subtask => $"{subtask} {State.StateOf(subtask)} {_core.WaitOf(subtask)}"));
}
