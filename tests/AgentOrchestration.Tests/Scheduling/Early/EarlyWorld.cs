using System.Text.Json.Nodes;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Scheduling.Early;

/// <summary>A plan whose end does not depend on what comes first: which subtasks fail, which conditions hold and what each uses is drawn before the run.</summary>
internal sealed class EarlyWorld
{
    private static readonly string[] TypeNames = ["pure", "pure", "read", "read", "write", "approved"];

    private readonly HashSet<string> _failing = [];
    private readonly HashSet<string> _unmet = [];

    /// <param name="seed">Of the plan, and of what happens in it.</param>
    /// <param name="hasLimits">Whether some attempts take longer than they may.</param>
    public EarlyWorld(int seed, bool hasLimits = false)
    {
        var random = new Random(seed);
        Graph = GraphOf(Plan(random), hasLimits);
        MaxParallelism = random.Next(1, 6);
    }

    public TaskGraph Graph { get; }

    public int MaxParallelism { get; }

    public static ResourcePools NewPools() => new([new ResourceAmount("a", 2)]);

    public bool Fails(int subtask) => _failing.Contains(Graph.Subtasks[subtask].Id);

    public bool Holds(int subtask) => !_unmet.Contains(Graph.Subtasks[subtask].Id);

    public TaskUsage UsageOf(int subtask) => new(100, subtask, 0);

    /// <summary>The output of a subtask, of the outputs that it refers to.</summary>
    public string OutputOf(int subtask, RunState state)
    {
        string[] inputs = [.. Graph.Part.Inputs[subtask]!.Sources.Select(source => Assert.IsType<string>(state.OutputOf(source.Subtask)))];
        return $"{Graph.Subtasks[subtask].Id}({string.Join(',', inputs)})";
    }

    public static TaskGraph GraphOf(TaskPlan plan, bool hasLimits = false)
    {
        var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);
        var checker = new PlanChecker(new TaskTypeRegistry(TaskTypes(hasLimits ? TimeSpan.FromSeconds(3) : null), serializer), NewPools(), serializer);
        TaskGraph graph = checker.Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics)!;
        Assert.Empty(diagnostics);
        return graph;
    }

    private static IEnumerable<TaskDescriptor> TaskTypes(TimeSpan? timeout)
    {
        yield return Work("pure", options => (options.Effect, options.Timeout) = (TaskEffect.Pure, timeout));
        yield return Work("read", options => (options.Effect, options.Timeout) = (TaskEffect.Read, timeout));
        yield return Work("write", options => options.Effect = TaskEffect.Write);
        yield return Work("approved", options => (options.Effect, options.RequiresApproval) = (TaskEffect.Pure, true));
    }

    private static TaskDescriptor Work(string name, Action<TaskTypeOptions> configure) =>
        TaskDescriptor.For(name, "Works.", (string[] _, TaskContext _, CancellationToken _) => ValueTask.FromResult(""), configure);

    private TaskPlan Plan(Random random) => TaskPlan.Create(plan =>
    {
        List<SubtaskRef> made = [];
        int count = random.Next(2, 9);
        for (int i = 0; i < count; i++)
        {
            SubtaskRef[] before = [.. made.Where(_ => random.Next(count) < 3)];
            SubtaskRef[] referred = [.. before.Where(_ => random.Next(4) == 0)];
            SubtaskRef[] optional = [.. before.Except(referred).Where(_ => random.Next(8) == 0)];
            SubtaskRef[] after = [.. before.Except(referred).Except(optional)];
            bool isConditional = after.Length > 0 && random.Next(3) == 0;
            var options = new SubtaskOptions
            {
                Optional = optional,
                When = isConditional ? new SubtaskCondition(after[0].Output(), ConditionOperator.Exists) : null,
                Resources = random.Next(3) == 0 ? ResourceRequirements.Of("a", random.Next(1, 3)) : ResourceRequirements.None,
            };
            if (isConditional && random.Next(2) == 0)
            {
                _unmet.Add($"s{i}");
            }

            if (random.Next(6) == 0)
            {
                _failing.Add($"s{i}");
            }

            made.Add(plan.Add($"s{i}", TypeNames[random.Next(TypeNames.Length)], new JsonArray([.. referred.Select(other => other.Output().ToJsonNode())]), after, options));
        }
    });
}
