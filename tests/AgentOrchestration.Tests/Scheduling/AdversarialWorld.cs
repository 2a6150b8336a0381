using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>What a seed makes up before its run begins: task types, resources, options, a plan.</summary>
internal sealed class AdversarialWorld
{
    public const int MaxAttempts = 3;

    private static readonly string[] TypeNames = ["write", "read", "pure", "limited", "approved", "undoable"];

    private readonly Random _random;

    public AdversarialWorld(int seed)
    {
        _random = new Random(seed);
        Resources = new ResourcePools([new ResourceAmount("a", 4), new ResourceAmount("b", 2)]);
        var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);
        Checker = new PlanChecker(new TaskTypeRegistry(TaskTypes(), serializer), Resources, serializer);
        Options = RandomOptions();
        TaskGraph? graph = Checker.Check(RandomPlan(_random.Next(1, 25), depth: 0), out IReadOnlyList<PlanDiagnostic> diagnostics);
        Assert.Empty(diagnostics);
        Graph = graph!;
        Order = RandomOrder();
    }

    public ResourcePools Resources { get; }

    public PlanChecker Checker { get; }

    public RunOptions Options { get; }

    public TaskGraph Graph { get; }

    public SubtaskOrder Order { get; }

    /// <summary>A small plan that a subtask may add.</summary>
    public TaskPlan RandomAddition() => RandomPlan(_random.Next(1, 4), depth: 2);

    private static IEnumerable<TaskDescriptor> TaskTypes()
    {
        yield return Work("write", options => options.Effect = TaskEffect.Write);
        yield return Work("read", options => options.Effect = TaskEffect.Read);
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

    private static TaskDescriptor Work(string name, Action<TaskTypeOptions> configure) => TaskDescriptor.For(
        name,
        "Works.",
        (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("output"),
        options =>
        {
            options.Retry.MaxAttempts = MaxAttempts;
            configure(options);
        });

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
        AbandonAfter = TimeSpan.FromSeconds(2),
        MaxAbandoned = _random.Next(0, 3),
        FailurePolicy = (FailurePolicy)(_random.Next(6) % 4 % 3),
        Timeout = _random.Next(6) == 0 ? TimeSpan.FromSeconds(_random.Next(1, 20)) : null,
        Budget = _random.Next(4) == 0 ? RandomBudget() : null,
        ReserveForCriticalPath = _random.Next(5) == 0,
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
            made.Add(depth < 2 && _random.Next(10) == 0
                ? builder.AddPlan($"t{i}", RandomPlan(_random.Next(1, 5), depth + 1), after.Except(optional), when: when)
                : builder.Add(
                    $"t{i}", TypeNames[_random.Next(TypeNames.Length)], after: after.Except(optional), optional: optional, when: when,
                    estimatedDuration: TimeSpan.FromSeconds(_random.Next(0, 5)), resources: RandomNeeds()));
        }
    });

    private ResourceRequirements RandomNeeds() => _random.Next(4) switch
    {
        0 => ResourceRequirements.Of("a", _random.Next(1, 5)),
        1 => ResourceRequirements.Of(new ResourceAmount("a", _random.Next(1, 4)), new ResourceAmount("b", _random.Next(1, 3))),
        _ => ResourceRequirements.None,
    };
}
