using System.Text.Json;
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

    private const int CycleEdgesTold = 20;

    private static readonly TimeSpan LongestEstimate = TimeSpan.FromDays(366);

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
        plan = Frozen(plan, depth: 1);
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
        return Check(Frozen(more, depth: 1), surroundings, prefix: "", out diagnostics) is { } part
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
        TaskDescriptor[] types = FindTaskTypes(plan, report)!;
        var successors = SuccessorGraph.FromDependencies(dependencies);
        TopologicalOrder.TryCompute(successors, out int[] order);
        return new TaskGraph(
            plan,
            new CheckedSubtasks
            {
                Subtasks = plan.Subtasks,
                TaskTypes = types,
                Inputs = inputs,
                Needs = CheckNeeds(plan, types, report),
                Policies = FindPolicies(plan, types, report),
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
        TaskDescriptor?[] types = FindTaskTypes(plan, report);
        ResourceRequirements[] needs = CheckNeeds(plan, types, report);
        AttemptPolicy[] policies = FindPolicies(plan, types, report);
        InputBinding?[] inputs = new InputCheck(plan, report, TaskTypes, Serializer, types, dependencies, dependencyCheck, surroundings, patterns, MaxReferences).Run();
        CheckNestedPlans(plan, report, patterns, depth);

        var successors = SuccessorGraph.FromDependencies(Within(dependencies, surroundings.Offset));
        if (!TopologicalOrder.TryCompute(successors, out int[] order))
        {
            ReportCycles(plan, successors, report);
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

    /// <summary>The dependencies among the subtasks themselves; those outside cannot come after them, so they are in no circle.</summary>
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

    /// <summary>The list may be one that its owner changes, the arguments may be part of a document that is disposed of before they are used.</summary>
    private static TaskPlan Frozen(TaskPlan plan, int depth) => plan with { Subtasks = [.. plan.Subtasks.Select(subtask => Frozen(subtask, depth))] };

    private static Subtask Frozen(Subtask subtask, int depth) => subtask is { Arguments: null, Items: null, Condition: null, Plan: null } ? subtask : subtask with
    {
        Arguments = Frozen(subtask.Arguments),
        Items = Frozen(subtask.Items),
        Condition = subtask.Condition is { } condition ? condition with { Value = Frozen(condition.Value) } : null,
        Plan = subtask.Plan is { } nested && depth < DeepestPlan ? Frozen(nested, depth + 1) : subtask.Plan,
    };

    private static JsonElement? Frozen(JsonElement? element) => element is { ValueKind: not JsonValueKind.Undefined } given ? given.Clone() : element;

    private TaskDescriptor?[] FindTaskTypes(TaskPlan plan, PlanReport report)
    {
        NearestNames? names = null;
        var found = new TaskDescriptor?[plan.Subtasks.Count];
        for (int i = 0; i < found.Length; i++)
        {
            Subtask subtask = plan.Subtasks[i];
            if (subtask.Plan is not null)
            {
                found[i] = NestedPlanType.Descriptor;
                CheckNested(subtask, i, report);
            }
            else if (!TaskTypes.TryGet(subtask.TaskType, out found[i]))
            {
                report.Add(
                    PlanDiagnosticCode.UnknownTaskType, i, "/type",
                    $"There is no task type '{Excerpt.Of(subtask.TaskType)}'.",
                    $"Use one of: {(report.IsFull ? "the registered ones" : (names ??= new NearestNames([.. TaskTypes.TaskTypes.Select(known => known.Name)])).Of(subtask.TaskType))}.");
            }
            else
            {
                CheckMetadata(subtask, i, found[i]!, report);
            }

            if (subtask.EstimatedDuration is { } estimate && (estimate < TimeSpan.Zero || estimate > LongestEstimate))
            {
                report.Add(
                    PlanDiagnosticCode.InvalidEstimate, i, "/estimatedMinutes",
                    $"The estimate is {subtask.EstimatedDuration}.",
                    $"Give a duration from 0 to {LongestEstimate.TotalDays} days, or leave it out.");
            }
        }

        return found;
    }

    /// <summary>What a run will write and read is known now, also where the application has listed its types (a <c>JsonSerializerContext</c>).</summary>
    private void CheckMetadata(Subtask subtask, int index, TaskDescriptor taskType, PlanReport report)
    {
        CheckMetadata(taskType.InputType, "input");
        CheckMetadata(taskType.OutputType, "output");
        if (subtask.IsForEach && !subtask.OnItemFailure.ListsErrors)
        {
            CheckMetadata(taskType.Invoker.OutputListType, "list of outputs");
        }

        void CheckMetadata(Type type, string what)
        {
            if (type != typeof(None) && type != typeof(JsonElement) && Serializer.WhyMissing(type) is { } reason)
            {
                report.Add(PlanDiagnosticCode.MissingJsonMetadata, index, "/type", $"The {what} of '{taskType.Name}' cannot be written as JSON: {reason}", JsonMetadata.Remedy(type));
            }
        }
    }

    private static void CheckNested(Subtask subtask, int index, PlanReport report)
    {
        if (subtask.TaskType != Subtask.NestedPlan || subtask.IsForEach || subtask.Arguments is not null || subtask.Policy is not null || !subtask.Resources.IsNone)
        {
            report.Add(
                PlanDiagnosticCode.InvalidControl, index, "/plan",
                $"A subtask with a plan has the type '{Subtask.NestedPlan}' and no arguments, list, policy or resources of its own.",
                "Give them to the subtasks of its plan.");
        }
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
                report.Add(PlanDiagnosticCode.TooLarge, i, "/plan", $"Plans stand in each other more than {DeepestPlan} deep.", "Make a flatter plan.");
                continue;
            }

            Check(nested, report.ForNested(i, nested), patterns, GrowthScope.None, prefix: "", depth + 1);
        }
    }

    private ResourceRequirements[] CheckNeeds(TaskPlan plan, TaskDescriptor?[] types, PlanReport report)
    {
        NearestNames? known = null;
        var needs = new ResourceRequirements[plan.Subtasks.Count];
        for (int i = 0; i < needs.Length; i++)
        {
            ResourceRequirements own = plan.Subtasks[i].Resources;
            needs[i] = types[i]?.Resources.Union(own) ?? own;
            foreach (ResourceAmount need in needs[i].Amounts)
            {
                long? capacity = resources.GetCapacity(need.Name);
                if (capacity is null)
                {
                    report.Add(
                        PlanDiagnosticCode.UnknownResource, i, "/resources",
                        $"It needs '{Excerpt.Of(need.Name)}', but there is no such resource.",
                        $"Use one of: {(report.IsFull ? "the declared ones" : (known ??= new NearestNames([.. resources.Snapshot().Select(pool => pool.Name)])).Of(need.Name))}; or declare it with AddResource.");
                }
                else if (need.Amount > capacity)
                {
                    report.Add(
                        PlanDiagnosticCode.ResourceNeedsAboveCapacity, i, "/resources",
                        $"It needs {need.Amount} of '{need.Name}', but there is {capacity} in all, so it could never start.",
                        $"Need at most {capacity}, or raise the capacity.");
                }
            }

            if (types[i] is { Options.MaxConcurrency: not null } type)
            {
                needs[i] = WithLimit(needs[i], type, plan.Subtasks[i], i, report);
            }
        }

        return needs;
    }

    private AttemptPolicy[] FindPolicies(TaskPlan plan, TaskDescriptor?[] types, PlanReport report)
    {
        var policies = new AttemptPolicy[plan.Subtasks.Count];
        for (int i = 0; i < policies.Length; i++)
        {
            Subtask subtask = plan.Subtasks[i];
            if (subtask.Policy is { } own && PolicyRules.WhyInvalid(own) is { } reason)
            {
                report.Add(PlanDiagnosticCode.InvalidPolicy, i, "/policy", reason, "Correct the policy, or leave it out.");
            }

            if (types[i] is not { } type)
            {
                continue;
            }

            bool mustBeApproved = subtask.Policy?.RequiresApproval is null && ApprovalRule is { } rule && MustBeApproved(rule, subtask, type, i, report);
            policies[i] = subtask.Policy is null && !mustBeApproved ? type.Policy : new AttemptPolicy(type, subtask.Policy);
            if (mustBeApproved)
            {
                policies[i] = policies[i].WithApproval();
            }
        }

        return policies;
    }

    private static ResourceRequirements WithLimit(ResourceRequirements needs, TaskDescriptor type, Subtask subtask, int index, PlanReport report)
    {
        try
        {
            return needs.Union(ConcurrencyLimit.Of(type, subtask));
        }
        catch (Exception exception)
        {
            ReportRule($"ConcurrencyKey of '{type.Name}'", exception, index, report);
            return needs;
        }
    }

    private static bool MustBeApproved(Func<Subtask, TaskDescriptor, bool> rule, Subtask subtask, TaskDescriptor type, int index, PlanReport report)
    {
        try
        {
            return rule(subtask, type);
        }
        catch (Exception exception)
        {
            ReportRule("RequiresApproval", exception, index, report);
            return true;
        }
    }

    /// <summary>A rule of the application sees what a model wrote, and may be ready for less.</summary>
    private static void ReportRule(string name, Exception exception, int index, PlanReport report) => report.Add(
        PlanDiagnosticCode.RuleFailed, index, "",
        $"The rule {name} of the application threw {exception.GetType().Name}: {Excerpt.Of(exception.Message)}",
        "Give the arguments that the rule reads, or correct the rule.");

    private static void ReportCycles(TaskPlan plan, SuccessorGraph successors, PlanReport report)
    {
        foreach (IReadOnlyList<int> cycle in TopologicalOrder.FindCycles(successors))
        {
            string path = string.Join(" → ", cycle.Append(cycle[0]).Select(vertex => Excerpt.Of(plan.Subtasks[vertex].Id)));
            report.Add(
                PlanDiagnosticCode.Cycle, cycle[0], "/dependsOn",
                $"These subtasks wait for each other in a circle: {path}.",
                $"Remove one of these dependencies: {string.Join(", ", cycle.Take(CycleEdgesTold).Select((vertex, step) => PlaceOfEdge(plan, report, vertex, cycle[(step + 1) % cycle.Count])))}{(cycle.Count > CycleEdgesTold ? " and so on" : "")}.");
        }
    }

    /// <summary>Where it stands that the second waits for the first.</summary>
    private static string PlaceOfEdge(TaskPlan plan, PlanReport report, int first, int second)
    {
        string id = plan.Subtasks[first].Id;
        foreach ((string property, IReadOnlyList<string> ids) in
            (ReadOnlySpan<(string, IReadOnlyList<string>)>)[("dependsOn", plan.Subtasks[second].DependsOn), ("optionalDependsOn", plan.Subtasks[second].OptionalDependsOn)])
        {
            for (int i = 0; i < ids.Count; i++)
            {
                if (ids[i] == id)
                {
                    return $"{report.PlaceOf(second)}/{property}/{i}";
                }
            }
        }

        return report.PlaceOf(second);
    }
}
