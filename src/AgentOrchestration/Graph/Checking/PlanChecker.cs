using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Turns a plan into a frozen graph, or says everything that is wrong with it. Checks what a run adds in the same way.</summary>
internal sealed class PlanChecker(ITaskTypeRegistry taskTypes, IResourceManager resources, PayloadSerializer serializer)
{
    /// <summary>How deep plans may stand in each other; the plan itself is 1 deep.</summary>
    public const int DeepestPlan = 8;

    private readonly TaskTypeCheck _taskTypeCheck = new(taskTypes, serializer);
    private readonly NeedsCheck _needsCheck = new(resources);

    /// <summary>The task types that there are.</summary>
    public ITaskTypeRegistry TaskTypes => taskTypes;

    /// <summary>Reads and writes inputs and outputs.</summary>
    public PayloadSerializer Serializer { get; } = serializer;

    /// <summary>The schemas of inputs, as they are checked on what is bound.</summary>
    public InputSchemas InputSchemas { get; } = new(taskTypes);

    /// <summary>The most bytes of an input that is made from JSON.</summary>
    public long MaxInputBytes { get; init; } = AgentOrchestrationOptions.DefaultMaxInputBytes;

    /// <summary>The most references to outputs in one subtask.</summary>
    public int MaxReferences { get; init; } = AgentOrchestrationOptions.DefaultMaxReferences;

    /// <summary>Which subtasks need somebody's approval, beside those that say so themselves.</summary>
    public Func<Subtask, TaskDescriptor, bool>? ApprovalRule { get; init; }

    /// <returns>The graph, or <see langword="null"/> when there are diagnostics.</returns>
    public TaskGraph? Check(TaskPlan plan, out IReadOnlyList<PlanDiagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan = FrozenPlan.Of(plan);
        return Check(plan, GrowthScope.None, prefix: "", out diagnostics) is { } part ? new TaskGraph(plan, part, this) : null;
    }

    /// <summary>Checks a plan that is to be started.</summary>
    /// <exception cref="InvalidPlanException">It does not pass the checks.</exception>
    public TaskGraph CheckToStart(TaskPlan plan) => Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics)
        ?? throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = plan });

    /// <summary>Checks what a subtask adds to its run.</summary>
    /// <returns>The growth, or <see langword="null"/> when there are diagnostics.</returns>
    public GraphGrowth? CheckGrowth(
        TaskPlan plan, GrowingGraph graph, int parent, GrowthScope surroundings, bool isJoined, out IReadOnlyList<PlanDiagnostic> diagnostics) =>
        Check(plan, surroundings, $"{graph.SubtaskAt(parent).Id}/", out diagnostics) is { } part
            ? new GraphGrowth(parent, part, isJoined, surroundings.Offset) { Plan = plan, Waits = GrowthWaits.Find(graph, parent, part, isJoined) }
            : null;

    /// <summary>Checks more of what a subtask wants to add. The whole is checked again when it joins the run.</summary>
    /// <returns>What is wrong with it.</returns>
    public IReadOnlyList<PlanDiagnostic> CheckAddition(TaskPlan more, GrowingGraph graph, int parent, AdditionDraft draft)
    {
        Check(more, GrowthScope.ForAddition(graph, parent, draft), $"{graph.SubtaskAt(parent).Id}/", out IReadOnlyList<PlanDiagnostic> diagnostics);
        return diagnostics;
    }

    /// <summary>Checks more of a plan that is still being written.</summary>
    /// <returns>The growth, or <see langword="null"/> when there are diagnostics.</returns>
    public GraphGrowth? CheckMoreOfPlan(TaskPlan more, GrowingGraph graph, out IReadOnlyList<PlanDiagnostic> diagnostics)
    {
        var surroundings = GrowthScope.ForMoreOfPlan(graph);
        return Check(FrozenPlan.Of(more), surroundings, prefix: "", out diagnostics) is { } part
            ? new GraphGrowth(Parent: -1, part, IsJoined: false, surroundings.Offset) { Waits = GrowthWaits.Find(graph, parent: -1, part, isJoined: false) }
            : null;
    }

    /// <summary>Makes one graph of subtasks that have been checked before, under the ids of their run: those of a plan and those that a run has added.</summary>
    /// <param name="plan">The plan of the run, with all its subtasks.</param>
    /// <param name="dependencies">By index, what each waits for.</param>
    /// <param name="optional">The dependencies that may end in any way.</param>
    /// <param name="inputs">By index, the input of a planned subtask; <see langword="null"/> for an added one.</param>
    public TaskGraph Assemble(TaskPlan plan, int[][] dependencies, HashSet<(int Dependency, int Subtask)> optional, InputBinding?[] inputs)
    {
        var report = new PlanReport(plan, first: 0);
        TaskDescriptor[] types = _taskTypeCheck.Run(plan, report)!;
        var successors = SuccessorGraph.FromDependencies(dependencies);
        TopologicalOrder.TryCompute(successors, out int[] order);
        return new TaskGraph(
            plan,
            new CheckedSubtasks
            {
                Subtasks = plan.Subtasks,
                TaskTypes = types,
                Inputs = inputs,
                Needs = _needsCheck.Run(plan, types, report),
                Policies = FindPolicies(plan, types, report, new PatternMatcher()),
                Dependencies = dependencies,
                Optional = optional.Count == 0 ? null : optional,
                TopologicalOrder = order,
                Successors = successors,
                NeedsPreparation = true,
            },
            this);
    }

    /// <summary>The graph of a plan of which nothing is known yet.</summary>
    public TaskGraph Nothing(string goal) => new(
        new TaskPlan { Goal = goal, Subtasks = [] },
        new CheckedSubtasks
        {
            Subtasks = [],
            TaskTypes = [],
            Inputs = [],
            Needs = [],
            Policies = [],
            Dependencies = [],
            Optional = null,
            TopologicalOrder = [],
            Successors = SuccessorGraph.FromDependencies([]),
            NeedsPreparation = true,
        },
        this);

    private CheckedSubtasks? Check(TaskPlan plan, GrowthScope surroundings, string prefix, out IReadOnlyList<PlanDiagnostic> diagnostics)
    {
        var report = new PlanReport(plan, surroundings.DraftedCount);
        CheckedSubtasks? part = Check(plan, report, new PatternMatcher(), surroundings, prefix, depth: 1);
        diagnostics = report.Diagnostics;
        return part;
    }

    private CheckedSubtasks? Check(TaskPlan plan, PlanReport report, PatternMatcher patterns, GrowthScope surroundings, string prefix, int depth)
    {
        if (plan.Subtasks.Count == 0)
        {
            report.AddForPlan(PlanDiagnosticCode.Empty, "The plan has no subtasks.", "Add at least one.");
            return null;
        }

        var dependencyCheck = new DependencyCheck(plan, report, surroundings);
        int[][] dependencies = dependencyCheck.Run();
        TaskDescriptor?[] types = _taskTypeCheck.Run(plan, report);
        ResourceRequirements[] needs = _needsCheck.Run(plan, types, report);
        AttemptPolicy[] policies = FindPolicies(plan, types, report, patterns);
        var references = new ReferenceCheck(plan, report, TaskTypes, types, dependencies, dependencyCheck, surroundings) { MaxReferences = MaxReferences };
        InputBinding?[] inputs = new InputCheck(plan, report, TaskTypes, Serializer, types, references, patterns).Run();
        CheckNestedPlans(plan, report, patterns, depth);

        var successors = SuccessorGraph.FromDependencies(Within(dependencies, surroundings.Offset));
        if (!TopologicalOrder.TryCompute(successors, out int[] order))
        {
            CycleCheck.Report(plan, successors, report);
        }

        return report.Count > 0 ? null : new CheckedSubtasks
        {
            Subtasks = prefix.Length == 0 ? plan.Subtasks : InRun(plan.Subtasks, prefix, dependencyCheck, surroundings),
            TaskTypes = types!,
            Inputs = inputs,
            Needs = needs,
            Policies = policies,
            Dependencies = dependencies,
            Optional = dependencyCheck.Optional,
            TopologicalOrder = order,
            Successors = successors,
            NeedsPreparation = plan.Subtasks.Any(subtask => subtask.IsComposite || subtask.Condition is not null) || Array.Exists(policies, policy => policy.RequiresApproval),
        };
    }

    private AttemptPolicy[] FindPolicies(TaskPlan plan, TaskDescriptor?[] types, PlanReport report, PatternMatcher patterns)
    {
        AttemptPolicy[] policies = PolicyCheck.Run(plan, types, ApprovalRule, report);
        new FallbackCheck(TaskTypes, Serializer, report, patterns).Run(plan, types, policies);
        return policies;
    }

    /// <summary>The dependencies among the subtasks themselves; those outside cannot come after them, so they are in no cycle.</summary>
    private static int[][] Within(int[][] dependencies, int offset) => offset == 0
        ? dependencies
        : Array.ConvertAll(dependencies, own => own.Where(dependency => dependency >= offset).Select(dependency => dependency - offset).ToArray());

    /// <summary>The subtasks under the ids that they have in the run.</summary>
    private static Subtask[] InRun(IReadOnlyList<Subtask> subtasks, string prefix, DependencyCheck dependencyCheck, GrowthScope surroundings)
    {
        return
        [
            .. subtasks.Select(subtask => subtask with
            {
                Id = prefix + subtask.Id,
                Name = subtask.Name,
                DependsOn = [.. subtask.DependsOn.Select(IdOf)],
                OptionalDependsOn = [.. subtask.OptionalDependsOn.Select(IdOf)],
            }),
        ];

        string IdOf(string id) => dependencyCheck.IndexOf(id) is { } index && index < surroundings.Offset ? surroundings.IdOf(index) : prefix + id;
    }

    /// <summary>The subtasks of a plan within the plan are checked now, not in mid-run.</summary>
    private void CheckNestedPlans(TaskPlan plan, PlanReport report, PatternMatcher patterns, int depth)
    {
        for (int i = 0; i < plan.Subtasks.Count; i++)
        {
            if (plan.Subtasks[i].Plan is not { } nested)
            {
                continue;
            }

            if (depth == DeepestPlan)
            {
                report.Add(PlanDiagnosticCode.TooLarge, i, "/plan", $"Plans are nested more than {DeepestPlan} levels deep.", "Make a flatter plan.");
                continue;
            }

            Check(nested, report.ForNested(i, nested), patterns, GrowthScope.None, prefix: "", depth + 1);
        }
    }
}
