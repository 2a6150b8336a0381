using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Results;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

/// <summary>Random plans, played with second attempts and without: every subtask ends as it does without them, wherever the process ends in between.</summary>
public sealed class HedgeProperties
{
    private static readonly Gen<int> Seeds = Gen.Int[0, int.MaxValue];

    [Fact]
    public void Second_attempts_change_no_state_and_no_output() => Seeds.Sample(
        seed =>
        {
            var world = new World(seed);
            RunState run = world.Play(past: []);
            Assert.Equal(world.Plain, OutcomesOf(run));
            TimingRules.Check(EventsOf(run));
        },
        iter: Simulations.Of(20_000));

    /// <summary>There is as much as the plain run needs, and no more.</summary>
    [Fact]
    public void Second_attempts_use_nothing_that_others_need_later() => Seeds.Sample(
        seed =>
        {
            var world = new World(seed, isTight: true);
            Assert.Equal(world.Plain, OutcomesOf(world.Play(past: [])));
        },
        iter: Simulations.Of(2_000));

    [Fact]
    public void A_run_that_continues_behind_any_of_its_facts_ends_as_the_plain_one() => Seeds.Sample(
        seed =>
        {
            var world = new World(seed);
            RunHistory history = world.Play(past: []).History;
            for (int count = 1; count < history.Count; count++)
            {
                if (IsWithinMoment(history, count))
                {
                    continue;
                }

                RunState resumed = world.Play([.. Enumerable.Range(0, count).Select(index => history[index])]);
                Assert.Equal(world.Plain, OutcomesOf(resumed));
                Assert.Equal((0, 0), (resumed.Beside, resumed.Outrun));
            }
        },
        iter: Simulations.Of(500));

    /// <summary>Else the properties would say nothing.</summary>
    [Fact]
    public void Many_of_the_runs_have_second_attempts()
    {
        int hedges = Enumerable.Range(0, 200).Sum(seed =>
        {
            RunHistory history = new World(seed).Play(past: []).History;
            return Enumerable.Range(0, history.Count).Count(index => history[index].Payload is HedgeMark);
        });

        Assert.True(hedges > 50, $"{hedges} second attempts in 200 runs.");
    }

    /// <summary>Whether something is skipped for what has happened before at the same moment: what follows from a fact is written with it.</summary>
    private static bool IsWithinMoment(RunHistory history, int count) => Enumerable.Range(count, history.Count - count)
        .TakeWhile(index => history[index].Time == history[count - 1].Time)
        .Any(index => history[index].Kind == RunFactKind.SubtaskSkipped);

    private static IEnumerable<(SubtaskState, object?, string?)> OutcomesOf(RunState state) =>
        [.. Enumerable.Range(0, state.Graph.Count).Select(subtask => (state.StateOf(subtask), state.OutputOf(subtask), state.StateOf(subtask) == SubtaskState.Failed ? state.LatestErrorOf(subtask)?.Kind : null))];

    private static RunEvent[] EventsOf(RunState state)
    {
        var factory = new RunEventFactory("run", state.Graph);
        return [.. Enumerable.Range(0, state.History.Count).Select(index => factory.Create(state.History[index], index))];
    }

    /// <summary>What a seed makes up: a plan, resources, and how each attempt goes.</summary>
    private sealed class World
    {
        private static readonly SubtaskError Broken = new("Broken", "It broke.");

        private readonly int _seed;
        private readonly TaskGraph _graph;
        private readonly RunOptions _options;
        private readonly bool _showsProgress;
        private readonly long _amount;
        private readonly bool _isTight;
        private readonly HashSet<int> _searches = [];
        private readonly long _units = 1_000_000;

        /// <param name="seed">The seed.</param>
        /// <param name="isTight">Whether a budget or a consumable resource is just enough without second attempts.</param>
        public World(int seed, bool isTight = false)
        {
            (_seed, _isTight) = (seed, isTight);
            var random = new Random(seed);
            _showsProgress = random.Next(2) == 0;
            _amount = random.Next(2, 8);
            var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);
            var checker = new PlanChecker(new TaskTypeRegistry([TypeOf("read", TaskEffect.Read), TypeOf("write", TaskEffect.Write)], serializer), NewPools(), serializer);
            _graph = checker.Check(PlanOf(random, isTight), out _)!;
            _options = new RunOptions
            {
                MaxParallelism = random.Next(2, 20),
                MaxAbandoned = 100,
                CancellationGracePeriod = TimeSpan.FromSeconds(random.Next(3)),
                Extra = new ExtraWork { HedgeShare = random.Next(3) == 0 ? 0.1 : 1 },
            };
            if (isTight)
            {
                _searches.UnionWith(Enumerable.Range(0, _graph.Count).Where(subtask => _graph.GetResources(subtask).Equals(ResourceRequirements.Of("searches", 1))));
                RunHistory plain = Play(past: [], new RunOptions(_options) { Extra = new ExtraWork() }).History;
                RunFact[] attempts = [.. Enumerable.Range(0, plain.Count).Select(index => plain[index]).Where(fact => fact.Kind == RunFactKind.AttemptStarted)];
                switch (random.Next(4))
                {
                    case 0:
                        _options.Budget = new RunBudget { MaxAttempts = attempts.Length };
                        break;
                    case 1:
                        _options.Budget = new RunBudget { MaxTokens = attempts.Length };
                        break;
                    default:
                        _units = Math.Max(1, attempts.Count(fact => _searches.Contains(fact.Subtask)));
                        break;
                }
            }

            Plain = OutcomesOf(Play(past: [], new RunOptions(_options) { Extra = new ExtraWork() }));
        }

        /// <summary>How the subtasks end without second attempts.</summary>
        public IEnumerable<(SubtaskState, object?, string?)> Plain { get; }

        public RunState Play(IReadOnlyList<RunFact> past, RunOptions? options = null)
        {
            ResourcePools pools = NewPools();
            var host = new VirtualTimeHost(_graph, pools, options ?? _options, AttemptOf, $"run-{_seed}", _seed, observed: Known()) { Past = past };
            host.RunToEnd();
            Assert.All(pools.Snapshot().Where(pool => pool.Kind == ResourcePoolKind.Reusable), pool => Assert.Equal(0, pool.InUse));
            Assert.True(host.Core.State.IsEnded);
            return host.Core.State;
        }

        private ResourcePools NewPools() => new(
            [new ResourceDeclaration("a", _amount), new ResourceDeclaration("searches", _units) { Kind = ResourcePoolKind.Consumable }], timeProvider: null);

        private static TaskDescriptor TypeOf(string name, TaskEffect effect) => TaskDescriptor.For(
            name,
            "Works.",
            (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("output"),
            options =>
            {
                options.Effect = effect;
                options.Timeout = TimeSpan.FromSeconds(8);
                options.Retry.MaxAttempts = 3;
                options.ExpectedUsage = new TaskUsage(1, 0, 0);
            });

        private static TaskPlan PlanOf(Random random, bool isTight) => TaskPlan.Create(plan =>
        {
            List<SubtaskRef> made = [];
            int count = random.Next(3, 40);
            for (int i = 0; i < count; i++)
            {
                SubtaskRef[] after = [.. made.Where(_ => random.Next(count) < 2)];
                ResourceRequirements needs = random.Next(3) == 0 ? ResourceRequirements.Of("a", random.Next(1, 3)) : ResourceRequirements.None;
                needs = isTight && random.Next(3) == 0 ? ResourceRequirements.Of("searches", 1) : needs;
                made.Add(plan.Add($"t{i}", random.Next(4) == 0 ? "write" : "read", after: after, options: new() { Resources = needs }));
            }
        });

        /// <summary>Some subtasks always fail; the first attempts of some take long, too long, or end at the same moment as another.</summary>
        private VirtualAttempt AttemptOf(int subtask, int attempt)
        {
            var random = new Random((int)SplitMix64.Mix(((ulong)_seed << 8) + (ulong)subtask));
            bool fails = random.Next(10) == 0;
            bool isSlow = random.Next(12) == 0 && _graph.GetTaskType(subtask)!.Effect == TaskEffect.Read;

            // An attempt that ends with its timeout does so in either way, which a budget that is just enough does not bear.
            double seconds = isSlow && attempt == 1 ? random.Next(2, 12) + (_isTight ? 0.5 : 0) : (90 + random.Next(20)) / 100.0;
            return new VirtualAttempt(TimeSpan.FromSeconds(seconds), fails ? Broken : null)
            {
                Output = $"output of {subtask}",
                Usage = new TaskUsage(1, 0, 0),
                FirstProgress = _showsProgress ? TimeSpan.FromSeconds(seconds / 2) : null,
                StopsAfter = random.Next(4) switch { 0 when _graph.GetResources(subtask).IsNone => null, 1 when _graph.GetResources(subtask).IsNone => TimeSpan.FromSeconds(1), _ => TimeSpan.Zero },
            };
        }

        private ObservedDurations Known()
        {
            var known = new ObservedDurations();
            foreach (string type in (string[])["read", "write"])
            {
                for (int i = 0; i < 20; i++)
                {
                    known.Observe(new Subtask { Id = "before", TaskType = type }, TimeSpan.FromSeconds(0.9 + (0.01 * i)));
                    if (_showsProgress)
                    {
                        known.ObserveFirstProgress(type, TimeSpan.FromSeconds(0.45 + (0.005 * i)));
                    }
                }
            }

            return known;
        }
    }
}
