using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>What a seed makes up before its run begins: task types, resources, options, a plan.</summary>
internal sealed class AdversarialWorld
{
    public const int MaxAttempts = 3;

    // Seeds without second attempts do what they did before there were any.
    private const int SecondAttempts = 0x4ED6E;

    // Seeds that share no prompts do what they did before there were any.
    private const int SharedPrompts = 0x5EED;
    private const int Deferring = 0xDEF;

    // Seeds that start nothing early do what they did before anything could.
    private const int EarlyStarts = 0xEA57;

    private static readonly string[] TypeNames = ["write", "read", "pure", "limited", "approved", "undoable"];

    private readonly Random _random;

    /// <summary>Apart from the other, so that seeds that draw no fallback do what they did before there were any; <see langword="null"/> for none.</summary>
    private readonly Random? _fallbacks;

    /// <summary>Apart from the others, too; <see langword="null"/> when code takes one subtask at a time.</summary>
    private readonly Random? _batches;

    public AdversarialWorld(int seed, bool mayFallBack = true, bool mayBatch = true, bool mayStartEarly = true, bool mayDefer = true, bool mayHedge = true)
    {
        _random = new Random(seed);
        var fallbacks = new Random(~seed);
        _fallbacks = mayFallBack && fallbacks.Next(2) == 0 ? fallbacks : null;
        var batches = new Random(seed ^ 0x5EED);
        _batches = mayBatch && batches.Next(2) == 0 ? batches : null;
        Resources = new ResourcePools([new ResourceAmount("a", 4), new ResourceAmount("b", 2)]);
        var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);
        Checker = new PlanChecker(new TaskTypeRegistry(TaskTypes(sharesPrompts: new Random(seed ^ SharedPrompts).Next(3) == 0), serializer), Resources, serializer);
        Options = RandomOptions();
        var early = new Random(seed ^ EarlyStarts);
        if (mayStartEarly && early.Next(2) == 0)
        {
            Options.MaxParallelism += 4;
            Options.Extra = new ExtraWork { EarlyShare = early.Next(2) == 0 ? 1 : early.NextDouble() };
        }

        Options.DeferCallsWithin = mayDefer && new Random(seed ^ Deferring).Next(3) == 0 ? TimeSpan.FromMinutes(10) : null;
        var hedges = new Random(seed ^ SecondAttempts);
        if (mayHedge && hedges.Next(2) == 0)
        {
            Options.Extra = Options.Extra with { HedgeShare = hedges.Next(4) switch { 0 => 0.3, 1 => hedges.NextDouble(), _ => 1 } };
            Options.MaxParallelism = hedges.Next(3) == 0 ? Options.MaxParallelism : 20;
            Observed = ObservedFrom(hedges);
        }

        TaskGraph? graph = Checker.Check(WithFallbacks(RandomPlan(_random.Next(1, 25), depth: 0)), out IReadOnlyList<PlanDiagnostic> diagnostics);
        Assert.Empty(diagnostics);
        Graph = graph!;
        Order = RandomOrder();
    }

    public ResourcePools Resources { get; }

    public PlanChecker Checker { get; }

    /// <summary>How many kinds of work there are; with few of them most work is shared, and little is left for batches.</summary>
    public int Works => _batches is null ? 3 : 50;

    public RunOptions Options { get; }

    public TaskGraph Graph { get; }

    public SubtaskOrder Order { get; }

    /// <summary>What is known of earlier runs; <see langword="null"/> for nothing.</summary>
    public ObservedDurations? Observed { get; }

    /// <summary>A small plan that a subtask may add. It may come after anything that the run has.</summary>
    /// <param name="known">The ids that the run has.</param>
    public TaskPlan RandomAddition(IReadOnlyList<string> known)
    {
        TaskPlan plan = WithFallbacks(RandomPlan(_random.Next(1, 4), depth: 1));
        string[] others = [.. known.Except(plan.Subtasks.Select(subtask => subtask.Id))];
        return others.Length == 0 || _random.Next(2) == 0 ? plan : plan with
        {
            Subtasks = [.. plan.Subtasks.Select(subtask => _random.Next(3) > 0 ? subtask : subtask with { DependsOn = [.. subtask.DependsOn.Append(others[_random.Next(others.Length)])] })],
        };
    }

    /// <summary>The work on each item of a list, as the engine adds it.</summary>
    public static TaskPlan PartsOf(Subtask each) => new()
    {
        Subtasks =
        [
            .. each.Items!.Value.EnumerateArray().Select((_, number) => each with
            {
                Id = $"{number}",
                Items = null,
                OnItemFailure = ItemFailurePolicy.Fail,
                Condition = null,
                DependsOn = [],
                OptionalDependsOn = [],
            }),
        ],
    };

    private IEnumerable<TaskDescriptor> TaskTypes(bool sharesPrompts)
    {
        yield return Work("write", options =>
        {
            options.Effect = TaskEffect.Write;
            options.SharedPrompt = sharesPrompts ? static subtask => subtask.Id.Length % 2 == 0 ? "even" : "odd" : null;
        });
        yield return Work("read", options =>
        {
            options.Effect = TaskEffect.Read;
            options.SharedPrompt = sharesPrompts ? static _ => "even" : null;
        });
        yield return Work("pure", options => options.Effect = TaskEffect.Pure);
        yield return Work("limited", options =>
        {
            options.Effect = TaskEffect.Read;
            options.Timeout = TimeSpan.FromSeconds(5);
            options.TotalTimeout = TimeSpan.FromSeconds(30);
            options.IdleTimeout = TimeSpan.FromSeconds(3);
        });
        yield return Work("approved", options =>
        {
            options.RequiresApproval = true;
            options.ExpectedUsage = new TaskUsage(10, 10, 0);
        });
        yield return TaskDescriptor.Of<Undoable>(options => options.Retry.MaxAttempts = MaxAttempts);
    }

    private TaskDescriptor Work(string name, Action<TaskTypeOptions> configure)
    {
        return _batches is not null && name is ("pure" or "read" or "limited")
            ? TaskDescriptor.ForBatch<None, string>(name, "Works.", (inputs, _, _) => ValueTask.FromResult<IReadOnlyList<string>>([.. inputs.Select(_ => "output")]), Configure)
            : TaskDescriptor.For(name, "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("output"), Configure);

        void Configure(TaskTypeOptions options)
        {
            options.Retry.MaxAttempts = MaxAttempts;
            if (_batches is not null)
            {
                options.Batch.MaxSize = _batches.Next(1, 6);
                options.Batch.Hold = (BatchHold)_batches.Next(2);
                options.Batch.WhenBroken = (BrokenBatch)_batches.Next(3);
                options.Batch.Key = _batches.Next(3) == 0 ? subtask => subtask.Id[^1..] : null;
            }

            configure(options);
        }
    }

    /// <summary>Attempts that were so short that in this run some are late; of some types also their first progress.</summary>
    private static ObservedDurations ObservedFrom(Random random)
    {
        var observed = new ObservedDurations();
        foreach (string type in TypeNames)
        {
            bool showsProgress = random.Next(2) == 0;
            int longest = 1 << random.Next(8, 18);
            for (int i = 0; i < 10; i++)
            {
                observed.Observe(new Subtask { Id = "before", TaskType = type }, TimeSpan.FromTicks(random.Next(longest / 2, longest)));
                if (showsProgress)
                {
                    observed.ObserveFirstProgress(type, TimeSpan.FromTicks(random.Next(longest / 4, longest / 2)));
                }
            }
        }

        return observed;
    }

    /// <summary>Also schedules that no search would make.</summary>
    private SubtaskOrder RandomOrder() => _random.Next(3) switch
    {
        0 => SubtaskOrder.ByPriority([.. Enumerable.Range(0, Graph.Count).Select(_ => _random.NextDouble())]),
        1 => SubtaskOrder.BySchedule([.. Enumerable.Range(0, Graph.Count).Select(_ => TimeSpan.FromTicks(_random.Next(20_000)))]),
        _ => SubtaskOrder.CriticalPathFirst,
    };

    private RunOptions RandomOptions() => new()
    {
        MaxParallelism = _random.Next(1, 6),
        CancellationGracePeriod = TimeSpan.FromSeconds(2),
        MaxAbandoned = _random.Next(0, 3),
        FailurePolicy = (FailurePolicy)(_random.Next(6) % 4 % 3),
        Timeout = _random.Next(6) == 0 ? TimeSpan.FromSeconds(_random.Next(1, 20)) : null,
        Budget = _random.Next(4) == 0 ? RandomBudget() : null,
        Priority = _random.Next(5) == 0 ? 1 : 0,
    };

    private RunBudget RandomBudget() => new()
    {
        MaxAttempts = _random.Next(2) == 0 ? _random.Next(1, 30) : null,
        MaxTokens = _random.Next(2) == 0 ? _random.Next(1, 400) : null,
        MaxTime = _random.Next(3) == 0 ? TimeSpan.FromSeconds(_random.Next(1, 10)) : null,
        WhenExhausted = (BudgetAction)_random.Next(3),
    };

    private TaskPlan RandomPlan(int count, int depth) => TaskPlan.Create(builder =>
    {
        List<SubtaskRef> made = [];
        for (int i = 0; i < count; i++)
        {
            SubtaskRef[] after = [.. made.Where(_ => _random.Next(count) < 3)];
            SubtaskRef[] optional = [.. after.Where(_ => _random.Next(5) == 0)];
            SubtaskCondition? when = after.Except(optional).Any() && _random.Next(12) == 0
                ? new SubtaskCondition(after.Except(optional).First().Output(), ConditionOperator.Exists)
                : null;
            bool? waitsForAdded = _random.Next(3) switch { 0 => true, 1 when _random.Next(3) == 0 => false, _ => null };
            made.Add(_random.Next(20) switch
            {
                < 2 when depth < 2 => builder.AddPlan($"t{i}", RandomPlan(_random.Next(1, 5), depth + 1), after.Except(optional), options: new() { When = when, WaitsForAdded = waitsForAdded }),
                2 when depth < 2 => builder.ForEach(
                    $"t{i}", [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new JsonObject())], TypeNames[_random.Next(TypeNames.Length)], after: after.Except(optional), options: new() { When = when, OnItemFailure = RandomItemFailure(), WaitsForAdded = waitsForAdded }),
                _ => builder.Add(
                    $"t{i}", TypeNames[_random.Next(TypeNames.Length)], after: after.Except(optional), options: new() { Optional = optional, When = when, EstimatedDuration = TimeSpan.FromSeconds(_random.Next(0, 5)), Resources = RandomNeeds(), WaitsForAdded = waitsForAdded }),
            });
        }
    });

    private TaskPlan WithFallbacks(TaskPlan plan) => _fallbacks is null ? plan : plan with
    {
        Subtasks =
        [
            .. plan.Subtasks.Select(subtask => subtask.Plan is { } nested ? subtask with { Plan = WithFallbacks(nested) }
                : _fallbacks.Next(3) > 0 ? subtask
                : subtask with { Policy = new SubtaskPolicy { Fallback = JsonElement.Parse("\"fallback\"") } }),
        ],
    };

    private ItemFailurePolicy RandomItemFailure() => _random.Next(3) switch
    {
        0 => ItemFailurePolicy.Fail,
        1 => ItemFailurePolicy.Continue,
        _ => ItemFailurePolicy.AtMost(_random.Next(3)),
    };

    private ResourceRequirements RandomNeeds()
    {
        ResourceRequirements needs = _random.Next(4) switch
        {
            0 => ResourceRequirements.Of("a", _random.Next(1, 5)),
            1 => ResourceRequirements.Of(new ResourceAmount("a", _random.Next(1, 4)), new ResourceAmount("b", _random.Next(1, 3))),
            _ => ResourceRequirements.None,
        };

        // What needs the same can be in one batch.
        return _batches?.Next(4) > 0 ? ResourceRequirements.None : needs;
    }
}
