using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>
/// A host that does everything in the worst order that its seed can think of: a random graph with random needs, completions in any
/// order, failures, late and repeated completions, answers about identity, cancellation at any moment.
/// </summary>
internal sealed class AdversarialRun
{
    private readonly Random _random;
    private readonly List<Decision> _decisions = [];
    private readonly List<Decision> _open = [];
    private readonly List<Decision> _closed = [];
    private readonly ResourcePools _resources;
    private readonly bool _mayCancel;
    private long _now = DateTimeOffset.UnixEpoch.Ticks;

    public AdversarialRun(int seed)
    {
        _random = new Random(seed);
        _resources = new ResourcePools([new ResourceAmount("a", 4), new ResourceAmount("b", 2)]);
        MaxParallelism = _random.Next(1, 6);
        _mayCancel = _random.Next(4) == 0;
        Graph = RandomGraph();
        Core = new DispatchCore(
            Graph, _resources, $"run-{seed}", new RunOptions { MaxParallelism = MaxParallelism }, subtask => Graph.TaskTypes[subtask].MayShare);
    }

    public TaskGraph Graph { get; }

    public DispatchCore Core { get; }

    public int MaxParallelism { get; }

    /// <summary>Of each subtask how often its work was started.</summary>
    public Dictionary<int, int> Starts { get; } = [];

    public IReadOnlyList<ResourcePoolSnapshot> Pools => _resources.Snapshot();

    /// <returns>The events of the run.</returns>
    public IReadOnlyList<RunEvent> Play()
    {
        Core.Start(_now, _decisions);
        Take();
        int steps = 0;
        while (!Core.State.IsEnded)
        {
            Assert.True(steps++ < 10_000, "The run does not end.");
            Assert.True(_open.Count > 0, "Nothing is going on, but the run has not ended.");
            _now += _random.Next(1, 1000);
            Step();
            Take();
            Assert.True(_open.Count(decision => decision.Kind == DecisionKind.Start) <= MaxParallelism, "More attempts run than may.");
            Assert.All(_resources.Snapshot(), pool => Assert.InRange(pool.InUse, 0, pool.Capacity));
        }

        foreach (Decision late in _open.Concat(_closed).Where(decision => decision.Kind == DecisionKind.Start))
        {
            Complete(late, _now);
        }

        var factory = new RunEventFactory("run", Core.State.Graph);
        return [.. Enumerable.Range(0, Core.State.History.Count).Select(index => factory.Create(Core.State.History[index], index))];
    }

    private void Step()
    {
        if (_mayCancel && _random.Next(20) == 0)
        {
            Core.CancelRun(_now, _decisions);
        }
        else if (_closed.Count > 0 && _random.Next(5) == 0)
        {
            // Something that has been dealt with happens again.
            Happen(_closed[_random.Next(_closed.Count)]);
        }
        else
        {
            int index = _random.Next(_open.Count);
            Decision decision = _open[index];
            _open.RemoveAt(index);
            _closed.Add(decision);
            Happen(decision);
        }
    }

    private void Happen(Decision decision)
    {
        switch (decision.Kind)
        {
            case DecisionKind.Start:
                Complete(decision, _now);
                break;
            case DecisionKind.WakeRetry:
                Core.RetryDue(decision.Subtask, _now, _decisions);
                break;
            case DecisionKind.Prepare:
                CachedOutput? cached = _random.Next(8) == 0 ? new CachedOutput("cached") : null;
                string? identity = _random.Next(8) == 0 ? null : $"work-{decision.Subtask % 3}";
                Core.Prepared(decision.Subtask, new Preparation { Identity = identity, Cached = cached }, _now, _decisions);
                break;
        }
    }

    private void Complete(Decision start, long now)
    {
        start.Lease?.Dispose();
        var result = _random.Next(6) == 0
            ? new AttemptResult { Error = new SubtaskError("Broken", "It broke."), MayRetry = _random.Next(2) == 0 }
            : new AttemptResult { Output = $"output of {start.Subtask}" };
        Core.Returned(start.Subtask, start.Attempt, result, now, _decisions);
    }

    private void Take()
    {
        foreach (Decision decision in _decisions)
        {
            if (decision.Kind is DecisionKind.Start or DecisionKind.Prepare or DecisionKind.WakeRetry)
            {
                _open.Add(decision);
            }

            if (decision.Kind == DecisionKind.Start)
            {
                Starts[decision.Subtask] = Starts.GetValueOrDefault(decision.Subtask) + 1;
                Assert.All(Graph.Dependencies[decision.Subtask], dependency => Assert.Equal(SubtaskState.Succeeded, Core.State.StateOf(dependency)));
            }
        }

        _decisions.Clear();
    }

    private TaskGraph RandomGraph()
    {
        TaskEffect[] effects = [TaskEffect.Write, TaskEffect.Read, TaskEffect.Pure];
        TaskDescriptor[] taskTypes =
        [
            .. effects.Select(effect => TaskDescriptor.For(
                effect.ToString(),
                "Works.",
                (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("output"),
                options =>
                {
                    options.Effect = effect;
                    options.Retry.MaxAttempts = 3;
                })),
        ];
        var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);
        var checker = new PlanChecker(new TaskTypeRegistry(taskTypes, serializer), _resources, serializer);
        int count = _random.Next(1, 25);
        TaskPlan plan = TaskPlan.Create(builder =>
        {
            List<SubtaskRef> made = [];
            for (int i = 0; i < count; i++)
            {
                SubtaskRef[] after = [.. made.Where(_ => _random.Next(count) < 3)];
                made.Add(builder.Add(
                    $"t{i}", effects[_random.Next(effects.Length)].ToString(), after: after,
                    estimatedDuration: TimeSpan.FromSeconds(_random.Next(0, 5)), resources: RandomNeeds()));
            }
        });
        TaskGraph? graph = checker.Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics);
        Assert.Empty(diagnostics);
        return graph!;
    }

    private ResourceRequirements RandomNeeds() => _random.Next(4) switch
    {
        0 => ResourceRequirements.Of("a", _random.Next(1, 5)),
        1 => ResourceRequirements.Of(new ResourceAmount("a", _random.Next(1, 4)), new ResourceAmount("b", _random.Next(1, 3))),
        _ => ResourceRequirements.None,
    };
}
