using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>
/// Several runs on one ledger in virtual time. What happens at the same moment, what runs are told included, happens in an order that a seed
/// chooses, as it would on threads.
/// </summary>
internal sealed class SharedRuns
{
    private readonly WaitingRoom _room;
    private readonly Random _random;
    private readonly PriorityQueue<Action, (long Time, int Order)> _agenda = new();
    private readonly List<DispatchCore> _cores = [];

    public SharedRuns(IResourceManager resources, int seed, int? maxAttempts = null)
    {
        _room = new WaitingRoom(new AttemptLimiter(resources, maxAttempts), TimeProvider.System);
        _random = new Random(seed);
    }

    public long Now { get; private set; } = DateTimeOffset.UnixEpoch.Ticks;

    /// <summary>Every start, in order.</summary>
    public List<(int Run, int Subtask, long Time)> Starts { get; } = [];

    public bool HaveAllEnded => _cores.TrueForAll(core => core.State.IsEnded);

    public IReadOnlyDictionary<string, ResourceWait> Waits => _room.Waits();

    public DispatchCore Core(int run) => _cores[run];

    /// <summary>Adds a run.</summary>
    /// <param name="graph">Its plan.</param>
    /// <param name="options">Its options.</param>
    /// <param name="startsAt">When it starts, in ticks from the beginning.</param>
    /// <param name="durationOf">By subtask, how long it takes in ticks.</param>
    public int Add(TaskGraph graph, RunOptions options, long startsAt, Func<int, long> durationOf)
    {
        int run = _cores.Count;
        var share = new RunResources(_room, options.MaxBypasses);
        var core = new DispatchCore(graph, share, $"run-{run}", options);
        var commands = new HostCommands();
        _cores.Add(core);
        share.Told = () => Put(0, () =>
        {
            core.ResourcesReleased(Now, commands);
            CarryOut();
        });
        Put(startsAt, () =>
        {
            core.Start(Now, commands);
            CarryOut();
        });
        return run;

        void CarryOut()
        {
            AttemptStart[] starts = [.. commands.Starts];
            commands.Clear();
            foreach (AttemptStart start in starts)
            {
                Starts.Add((run, start.Subtask, Now));
                Put(durationOf(start.Subtask), () =>
                {
                    // Given back before it is told, and others may come in between.
                    start.Lease?.Dispose();
                    Put(0, () =>
                    {
                        core.Returned(start.Subtask, start.Attempt, new AttemptResult(), Now, commands);
                        CarryOut();
                    });
                });
            }
        }
    }

    /// <summary>Lets something happen from outside.</summary>
    public void At(long time, Action happen) => Put(time, happen);

    public void Cancel(int run, long time) => Put(time, () =>
    {
        var commands = new HostCommands();
        _cores[run].CancelRun(Now, commands);
    });

    public void Play()
    {
        while (_agenda.TryDequeue(out Action? happen, out (long Time, int Order) moment))
        {
            Now = moment.Time;
            happen();
        }
    }

    private void Put(long after, Action happen) => _agenda.Enqueue(happen, (Now + after, _random.Next()));
}
