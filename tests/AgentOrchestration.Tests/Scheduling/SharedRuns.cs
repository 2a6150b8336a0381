using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>
/// Several runs on one ledger in virtual time, whose code may start other runs and wait for them. What happens at the same moment, what runs
/// are notified of included, happens in an order that a seed chooses, as it would on threads.
/// </summary>
internal sealed class SharedRuns
{
    private readonly WaitingRoom _room;
    private readonly VirtualAgenda _agenda;
    private readonly List<Run> _runs = [];

    public SharedRuns(IResourceManager resources, int seed, int? maxAttempts = null)
        : this(resources, new VirtualAgenda(seed), maxAttempts)
    {
    }

    public SharedRuns(IResourceManager resources, VirtualAgenda agenda, int? maxAttempts = null)
    {
        _room = new WaitingRoom(new AttemptLimiter(resources, maxAttempts), agenda);
        _agenda = agenda;
    }

    /// <summary>Every start, in order.</summary>
    public List<(int Run, int Subtask, long Time)> Starts { get; } = [];

    public bool HaveAllEnded => _runs.TrueForAll(run => run.Core.State.IsEnded);

    public IReadOnlyDictionary<string, ResourceWait> Waits => _room.Waits();

    /// <summary>Why subtasks failed.</summary>
    public IEnumerable<SubtaskError> Errors => _runs.SelectMany(run => Enumerable.Range(0, run.Core.State.Graph.Count).Select(run.Core.State.LatestErrorOf).OfType<SubtaskError>());

    public DispatchCore Core(int run) => _runs[run].Core;

    /// <summary>Adds a run.</summary>
    /// <param name="graph">Its plan.</param>
    /// <param name="options">Its options.</param>
    /// <param name="startsAt">When it starts, in ticks from now.</param>
    /// <param name="durationOf">By subtask, how long it takes in ticks.</param>
    /// <param name="nest">The code of a subtask: may add a run, for whose end it waits.</param>
    public int Add(TaskGraph graph, RunOptions options, long startsAt, Func<int, long> durationOf, Func<int, int?>? nest = null)
    {
        int number = _runs.Count;
        var share = new RunResources(_room, options.MaxBypasses, options.Priority);
        var flow = new RunFlow($"run-{number}", share, subtask => graph.Subtasks[subtask].Id);
        share.Nesting.Flow = flow;
        var run = new Run(new DispatchCore(graph, share, flow.RunId, options), flow);
        _runs.Add(run);
        share.Notified = () => Put(run, 0, static (core, now, commands) => core.ResourcesReleased(now, commands));
        run.Carry = Start;
        Put(run, startsAt, static (core, now, commands) => core.Start(now, commands));
        return number;

        void Start(AttemptStart start)
        {
            Starts.Add((number, start.Subtask, _agenda.Now));
            if (nest is null)
            {
                Return(start, durationOf(start.Subtask));
                return;
            }

            var holding = start.Lease?.Source as Holding;
            holding?.Subtask = start.Subtask;
            RunFlow.Enter(holding ?? (object)flow);
            try
            {
                if (nest(start.Subtask) is not { } nested || _runs[nested].Core.State.IsEnded)
                {
                    Return(start, durationOf(start.Subtask));
                    return;
                }

                NestedWait? wait = NestedWait.Begin(_runs[nested].Flow);
                _runs[nested].Ended += () => _agenda.Put(0, () =>
                {
                    wait?.Dispose();
                    Return(start, durationOf(start.Subtask));
                });
            }
            finally
            {
                RunFlow.Enter(null);
            }
        }

        void Return(AttemptStart start, long after) => _agenda.Put(after, () =>
        {
            // Released before it is reported, and others may come in between.
            start.Lease?.Dispose();
            Put(run, 0, (core, now, commands) => core.Returned(start.Subtask, start.Attempt, new AttemptResult(), now, commands));
        });
    }

    /// <summary>Lets something happen from outside.</summary>
    public void At(long time, Action happen) => _agenda.Put(time, happen);

    public void Cancel(int run, long time) => Put(_runs[run], time, static (core, now, commands) => core.CancelRun(now, commands));

    public void Play() => _agenda.Play();

    private void Put(Run run, long after, Action<DispatchCore, long, HostCommands> happen) => _agenda.Put(after, () =>
    {
        var commands = new HostCommands();
        happen(run.Core, _agenda.Now, commands);
        commands.Starts.ForEach(run.Carry);
        foreach (HostCommand command in commands.Others)
        {
            if (command.Kind == HostCommandKind.WakeRun)
            {
                Put(run, Math.Max(0, command.DueAt - _agenda.Now), static (core, now, wake) => core.RunDue(now, wake));
            }
            else if (command.Kind == HostCommandKind.EndRun)
            {
                run.Flow.End();
                run.End();
            }
        }
    });

    private sealed class Run(DispatchCore core, RunFlow flow)
    {
        public event Action? Ended;

        public DispatchCore Core => core;

        public RunFlow Flow => flow;

        public Action<AttemptStart> Carry { get; set; } = static _ => { };

        public void End() => Ended?.Invoke();
    }
}
