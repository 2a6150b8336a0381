using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Forecasting;

/// <summary>
/// Runs a graph through the dispatch core on a clock that jumps from event to event: exact, repeatable, and as fast as the core itself.
/// Things that happen at the same moment happen in the order in which they were decided, or with a seed in one that it chooses.
/// </summary>
internal sealed class VirtualTimeHost
{
    /// <summary>The end of time: later events happen then, and what is added to it for a limit does not wrap.</summary>
    private static readonly long Latest = long.MaxValue - (2 * ObservedDurations.Longest.Ticks);

    private static readonly SubtaskError Stopped = new(nameof(OperationCanceledException), "It was cancelled.");

    private readonly Func<int, int, VirtualAttempt> _attempts;
    private readonly string _runId;
    private readonly ulong? _seed;
    private readonly PriorityQueue<Action<long, HostCommands>, (long Time, int Order, int Sequence)> _agenda = new();
    private readonly Dictionary<(int Subtask, int Attempt), VirtualRunning> _running = [];
    private readonly HostCommands _commands = new();
    private int _sequence;
    private bool _isStarting;
    private (int Subtask, int Attempt, VirtualAttempt Code)? _undoing;

    /// <param name="graph">The graph.</param>
    /// <param name="resources">The ledger.</param>
    /// <param name="options">How the run is executed.</param>
    /// <param name="attempts">By subtask and attempt, how it goes.</param>
    /// <param name="runId">The run; seeds the jitter of its retries.</param>
    /// <param name="seed">Orders what happens at the same moment. Default: the order in which it was decided.</param>
    /// <param name="order">The order of urgency. Default: the critical path first.</param>
    /// <param name="observed">How long task types took before. Default: nothing is known.</param>
    /// <param name="correctsEstimates">Whether what attempts take corrects what the others are expected to.</param>
    /// <param name="isHeldAtStart">Which of those that are ready at the start come after the first that start. Default: none.</param>
    public VirtualTimeHost(
        TaskGraph graph,
        IResourceManager resources,
        RunOptions options,
        Func<int, int, VirtualAttempt> attempts,
        string runId = "virtual",
        int? seed = null,
        SubtaskOrder? order = null,
        ObservedDurations? observed = null,
        bool correctsEstimates = true,
        Predicate<int>? isHeldAtStart = null)
    {
        _runId = runId;
        _attempts = attempts;
        _seed = seed is { } chosen ? (ulong)chosen : null;
        Core = new DispatchCore(graph, RunResources.Alone(resources, options.MaxBypasses), runId, options, order, isHeldAtStart is null ? null : subtask => _isStarting && isHeldAtStart(subtask), observed) { CorrectsEstimates = correctsEstimates };
    }

    public DispatchCore Core { get; }

    /// <summary>What a host finds out about a subtask before it runs. Default: nothing.</summary>
    public Func<int, Preparation> Prepare { get; init; } = static _ => new Preparation();

    /// <summary>By subtask, the output made of those of its parts. Default: none.</summary>
    public Func<int, object?> Join { get; init; } = static _ => null;

    /// <summary>By subtask and try, how undoing it goes. Default: it succeeds at once.</summary>
    public Func<int, int, VirtualAttempt> Compensations { get; init; } = static (_, _) => default;

    /// <summary>The clock of a ledger whose pools grow again; the host moves it. Default: there are none.</summary>
    public VirtualClock? Clock { get; init; }

    /// <summary>When the run starts, in UTC ticks. Default: <see cref="DateTimeOffset.UnixEpoch"/>.</summary>
    public long Origin { get; init; } = DateTimeOffset.UnixEpoch.Ticks;

    /// <summary>Facts of the run that have happened before, in another process that has ended: the run continues behind them. Default: none.</summary>
    public IReadOnlyList<RunFact> Past { get; init; } = [];

    private GrowingGraph Graph => Core.State.Graph;

    /// <summary>Lets something happen from outside: somebody cancels, somebody approves.</summary>
    /// <param name="after">When, from the start of the run.</param>
    /// <param name="happen">What.</param>
    public void At(TimeSpan after, Action<DispatchCore, long, HostCommands> happen) =>
        Put(Origin + after.Ticks, (now, commands) => happen(Core, now, commands));

    /// <summary>Runs to the end, from <see cref="Origin"/> on.</summary>
    /// <returns>The events of the run.</returns>
    public IReadOnlyList<RunEvent> Run()
    {
        RunToEnd();
        var factory = new RunEventFactory(_runId, Graph);
        return [.. Enumerable.Range(0, Core.State.History.Count).Select(index => factory.Create(Core.State.History[index], index))];
    }

    /// <summary>The same, for somebody who reads the history without names.</summary>
    public void RunToEnd()
    {
        Clock?.OnTimer = (time, fire) => Put(time, (now, commands) =>
        {
            fire();
            Core.ResourcesReleased(now, commands);
        });
        Schedule(Begin());
        while (_agenda.TryDequeue(out Action<long, HostCommands>? happen, out (long Time, int Order, int Sequence) moment))
        {
            Clock?.Now = moment.Time;
            Core.BeginMoment();
            happen(moment.Time, _commands);
            while (_agenda.TryPeek(out _, out (long Time, int Order, int Sequence) next) && next.Time == moment.Time)
            {
                _agenda.Dequeue()(moment.Time, _commands);
            }

            Core.EndMoment(moment.Time, _commands);
            Schedule(moment.Time);
        }
    }

    private long Begin()
    {
        if (Past.Count > 0)
        {
            foreach (RunFact fact in Past)
            {
                Core.Replay(fact);
            }

            Core.Resume(Past[^1].Time, _commands);
            return Past[^1].Time;
        }

        _isStarting = true;
        Core.Start(Origin, _commands);
        _isStarting = false;
        return Origin;
    }

    private void Schedule(long now)
    {
        _commands.Starts.ForEach(start => Start(start, now));
        foreach (HostCommand command in _commands.Others)
        {
            switch (command.Kind)
            {
                case HostCommandKind.Prepare:
                    Put(now, (time, next) => Core.Prepared(command.Subtask, Prepare(command.Subtask), time, next));
                    break;
                case HostCommandKind.PrepareEarly:
                    Put(now, (time, next) => Core.PreparedEarly(command.Subtask, Prepare(command.Subtask), time, next));
                    break;
                case HostCommandKind.CheckCondition:
                    Put(now, (time, next) => Core.ConditionChecked(command.Subtask, Prepare(command.Subtask), time, next));
                    break;
                case HostCommandKind.Join:
                    Put(now, (time, next) => Core.Joined(command.Subtask, Join(command.Subtask), error: null, time, next));
                    break;
                case HostCommandKind.StopAttempt when _running.TryGetValue((command.Subtask, command.Attempt), out VirtualRunning? running):
                    Stop(running, now);
                    break;
                case HostCommandKind.WakeAttempt:
                    Put(command.DueAt, (time, next) => Core.AttemptDue(command.Subtask, command.Attempt, LastProgressOf(command), mayRetry: true, time, next));
                    break;
                case HostCommandKind.WatchProgress when _running.TryGetValue((command.Subtask, command.Attempt), out VirtualRunning? watched):
                    WatchProgress(command, watched, now);
                    break;
                case HostCommandKind.WakeRetry:
                    Put(command.DueAt, (time, next) => Core.RetryDue(command.Subtask, time, next));
                    break;
                case HostCommandKind.WakeRun:
                    Put(command.DueAt, Core.RunDue);
                    break;
                case HostCommandKind.Compensate:
                    Compensate(command, now);
                    break;
                case HostCommandKind.StopCompensation when _undoing is { } undoing:
                    StopCompensation(undoing, now);
                    break;
                case HostCommandKind.WakeCompensation:
                    Put(command.DueAt, (time, next) => Core.CompensationDue(command.Subtask, command.Attempt, time, next));
                    break;
            }
        }

        _commands.Clear();
    }

    /// <summary>Code that reports all the time is looked at again when it has returned.</summary>
    private long LastProgressOf(HostCommand wake) =>
        _running.TryGetValue((wake.Subtask, wake.Attempt), out VirtualRunning? running) && running.Code.ReportsProgress ? running.EndsAt : 0;

    private void WatchProgress(HostCommand command, VirtualRunning running, long now)
    {
        if (running.Code.FirstProgress is { } after)
        {
            Put(Math.Max(now, running.StartsAt + after.Ticks), (time, next) => Core.Progressed(command.Subtask, command.Attempt, time, next));
        }
    }

    private void Start(AttemptStart start, long now)
    {
        VirtualAttempt code = _attempts(start.Subtask, start.Attempt);
        var running = new VirtualRunning(start, code, now, Math.Min(now + code.Duration.Ticks, Latest));
        _running.Add((start.Subtask, start.Attempt), running);
        Put(running.EndsAt, (time, next) => Return(running, running.Code.Error, time, next));
    }

    private void Stop(VirtualRunning running, long now)
    {
        if (running.Code.StopsAfter is { } delay)
        {
            Put(now + delay.Ticks, (time, next) => Return(running, Stopped, time, next));
        }
    }

    private void Return(VirtualRunning running, SubtaskError? error, long now, HostCommands commands)
    {
        if (_running.Remove((running.Start.Subtask, running.Start.Attempt)))
        {
            running.Start.Leave()?.Dispose();
            var result = new AttemptResult { Output = running.Code.Output, Error = error, MayRetry = !running.Code.IsFinal, Usage = running.Code.Usage, IsBatchBroken = running.Code.IsBatchBroken };
            Core.Returned(running.Start.Subtask, running.Start.Attempt, result, now, commands);
        }
    }

    private void Compensate(HostCommand start, long now)
    {
        VirtualAttempt code = Compensations(start.Subtask, start.Attempt);
        _undoing = (start.Subtask, start.Attempt, code);
        Put(now + code.Duration.Ticks, (time, next) => Core.Compensated(start.Subtask, start.Attempt, code.Error, time, next));
    }

    private void StopCompensation((int Subtask, int Attempt, VirtualAttempt Code) undoing, long now)
    {
        if (undoing.Code.StopsAfter is { } delay)
        {
            Put(now + delay.Ticks, (time, next) => Core.Compensated(undoing.Subtask, undoing.Attempt, Stopped, time, next));
        }
    }

    private void Put(long time, Action<long, HostCommands> happen)
    {
        int order = _seed is { } seed ? (int)(SplitMix64.Mix(seed ^ SplitMix64.Mix((ulong)_sequence)) >> 33) : 0;
        _agenda.Enqueue(happen, (Math.Min(time, Latest), order, _sequence++));
    }
}
