using System.Text;
using System.Text.Json;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Ordering;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Lets the run grow. What is added is checked like a plan, which may take long and calls code of others, so it does not happen inside the
/// gate; one growth at a time, so that what was checked is what is applied.
/// </summary>
internal sealed class RunGrowth
{
    /// <summary>The most characters of the id of an added subtask, with those of the subtasks that it comes from.</summary>
    private const int LongestAddedId = 4_096;

    private readonly RunEnvironment _run;
    private readonly RunGate _gate;
    private readonly Lock _growthGate = new();

    // Used under the growth gate. Of a plan that is not complete yet: how many of its subtasks have begun.
    private int _begunOfPlan;

    public RunGrowth(RunEnvironment run, RunGate gate, TaskGraph graph, bool limitsEveryAttempt)
    {
        _run = run;
        _gate = gate;
        PlannedGraph = graph;
        NeedsResources = limitsEveryAttempt || NeedsAny();
    }

    /// <summary>The graph of the plan, without what the run adds itself.</summary>
    public TaskGraph PlannedGraph { get; private set; }

    /// <summary>Whether any subtask needs resources, so that it may wait for them.</summary>
    public bool NeedsResources { get; private set; }

    /// <summary>The history of an earlier process was replayed, and with it the run has grown.</summary>
    public void OnReplayed() => NeedsResources |= NeedsAny();

    /// <summary>Reads the graph while it does not grow.</summary>
    public TResult ReadGraph<TResult>(Func<GrowingGraph, TResult> read)
    {
        lock (_growthGate)
        {
            return read(_run.Graph);
        }
    }

    /// <exception cref="ArgumentException">The run has no such subtask.</exception>
    public int IndexOf(string subtaskId)
    {
        ArgumentNullException.ThrowIfNull(subtaskId);
        lock (_growthGate)
        {
            return _run.Graph.IndexOf(subtaskId) ?? throw new ArgumentException($"The run has no subtask '{subtaskId}'.", nameof(subtaskId));
        }
    }

    public IReadOnlyList<string> MissingInputsOf(int subtask)
    {
        lock (_growthGate)
        {
            return _run.Graph.MissingOptional(subtask, dependency => _run.Core.State.StateOf(dependency) == SubtaskState.Succeeded);
        }
    }

    /// <summary>Checks more of what an attempt adds. It is added when the attempt has succeeded.</summary>
    /// <exception cref="InvalidPlanException">It does not pass the checks.</exception>
    /// <exception cref="InvalidOperationException">It holds a secret.</exception>
    public void CheckAdditions(LocalAttempt attempt, TaskPlan more, AdditionDraft draft)
    {
        lock (_growthGate)
        {
            ThrowIfTooMany(draft.Count + more.Subtasks.Count);
            ThrowIfTooDeep(more, attempt.Index);
            if (PlannedGraph.Checker.CheckAddition(more, _run.Graph, attempt.Index, draft) is { Count: > 0 } diagnostics)
            {
                throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = more with { Subtasks = [.. draft.Subtasks, .. more.Subtasks] } });
            }
        }

        // Events and the journal hold subtasks as they were added.
        if (_run.Secrets.IsAny && _run.Secrets.AreIn(Encoding.UTF8.GetBytes(more.ToJson())))
        {
            throw new InvalidOperationException(
                $"What '{Excerpt.Of(attempt.Subtask.Id)}' adds holds a secret that the run was given. Refer to it with {nameof(SecretRef)} in the arguments instead.");
        }
    }

    /// <summary>Reports that an attempt has returned that adds subtasks.</summary>
    /// <returns>An attempt to begin, for the caller's thread.</returns>
    public LocalAttempt? CompleteWithAdditions(LocalAttempt attempt, AttemptResult result, TaskPlan additions)
    {
        lock (_growthGate)
        {
            try
            {
                GraphGrowth growth = CheckGrowth(additions, attempt.Index, GrowthScope.ForAddition(_run.Graph, attempt.Index), isJoined: false);
                result = result with { Growth = growth };
            }
            catch (Exception exception)
            {
                result = new AttemptResult { Error = _run.ErrorOf(attempt.Index, exception), Usage = result.Usage, IsGrowthRefused = true };
            }

            NoteNeeds(result.Growth);
            return _gate.ReportReturned(attempt, result);
        }
    }

    /// <summary>Adds the subtasks that a subtask is made of.</summary>
    public void Expand(int subtask)
    {
        LocalAttempt? next;
        lock (_growthGate)
        {
            Preparation preparation;
            try
            {
                preparation = new Preparation { Growth = PartsOf(subtask) };
            }
            catch (Exception exception)
            {
                preparation = new Preparation { Error = _run.ErrorOf(subtask, exception) };
            }

            NoteNeeds(preparation.Growth);
            next = _gate.Report((subtask, preparation), static (core, report, now, commands) => core.Prepared(report.subtask, report.preparation, now, commands));
        }

        _run.QueueOnPool(next);
    }

    /// <summary>A subtask of a plan that is not complete has become known, and so is all that it depends on.</summary>
    /// <returns>Whether it has passed the checks; otherwise nothing has happened.</returns>
    public bool TryExtendPlan(Subtask subtask)
    {
        LocalAttempt? next;
        lock (_growthGate)
        {
            if (PlannedGraph.Checker.CheckMoreOfPlan(PlannedGraph.Plan with { Subtasks = [subtask] }, _run.Graph, out _) is not { } growth)
            {
                return false;
            }

            _begunOfPlan += growth.Part.Count;
            NoteNeeds(growth);
            next = _gate.Report(growth, static (core, growth, now, commands) => core.ExtendPlan(growth, now, commands));
        }

        _run.QueueOnPool(next);
        return true;
    }

    /// <summary>The plan is complete; what the run knows of it is unchanged in it.</summary>
    /// <param name="graph">The checked plan.</param>
    /// <param name="order">The order of urgency.</param>
    /// <returns>Whether it counted: a run that was stopped meanwhile has no use for it.</returns>
    public bool TryCompletePlan(TaskGraph graph, SubtaskOrder order)
    {
        bool counted = false;
        LocalAttempt? next;
        lock (_growthGate)
        {
            Subtask[] missing = [.. graph.Plan.Subtasks.Where(subtask => _run.Graph.IndexOf(subtask.Id) is null)];
            IReadOnlyList<PlanDiagnostic> diagnostics = [];
            GraphGrowth? rest = missing.Length == 0 ? null
                : graph.Checker.CheckMoreOfPlan(graph.Plan with { Subtasks = missing }, _run.Graph, out diagnostics)
                    ?? throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = graph.Plan });
            NoteNeeds(rest);
            next = _gate.Report(0, (core, _, now, commands) =>
            {
                counted = core.CompletePlan(graph, rest, order, now, commands);
                PlannedGraph = counted ? graph : PlannedGraph;
            });
            _begunOfPlan = counted ? 0 : _begunOfPlan;
        }

        _run.QueueOnPool(next);
        return counted;
    }

    private bool NeedsAny() => Enumerable.Range(0, _run.Graph.NeedVectors.Count).Any(vector => !_run.Graph.NeedVectors[vector].IsNone);

    private void NoteNeeds(GraphGrowth? growth)
    {
        if (!NeedsResources && growth is not null && Array.Exists(growth.Part.Needs, needs => !needs.IsNone))
        {
            NeedsResources = true;
        }
    }

    private GraphGrowth? PartsOf(int subtask)
    {
        Subtask parent = _run.Graph.SubtaskAt(subtask);
        if (parent.Plan is { } plan)
        {
            return CheckGrowth(plan, subtask, GrowthScope.ForNestedPlan(_run.Graph), isJoined: true);
        }

        InputBinding binding = _run.Graph.Inputs[subtask]!;
        JsonElement list = binding.Items is { } given ? _run.Inputs.Resolve(given) : _run.Inputs.ReadList(binding.List!.Value);
        ThrowIfTooMany(list.GetArrayLength());
        GrowthScope surroundings = GrowthScope.ForItems(_run.Graph, subtask);
        return list.GetArrayLength() == 0
            ? null
            : CheckGrowth(
                ItemPlan.Of(parent, list, id => surroundings.IndexOf(id) is { } index && _run.Graph.IsOptional(index, subtask)), subtask, surroundings, isJoined: true);
    }

    private GraphGrowth CheckGrowth(TaskPlan plan, int parent, GrowthScope surroundings, bool isJoined)
    {
        ThrowIfTooMany(plan.Subtasks.Count);
        ThrowIfTooDeep(plan, parent);
        return PlannedGraph.Checker.CheckGrowth(plan, _run.Graph, parent, surroundings, isJoined, out IReadOnlyList<PlanDiagnostic> diagnostics)
            ?? throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = plan });
    }

    /// <summary>A list from outside, or code that adds what adds again, does not fill the memory.</summary>
    private void ThrowIfTooMany(int more)
    {
        int added = _run.Graph.Count - PlannedGraph.Count - _begunOfPlan;
        if (more > _run.Options.MaxAddedSubtasks - added)
        {
            throw new InvalidOperationException(
                $"{more} subtasks were to be added to a run that has added {added} and may add {_run.Options.MaxAddedSubtasks} in all. Add fewer, or raise MaxAddedSubtasks.");
        }
    }

    /// <summary>Code that adds itself makes ids that grow with their depth.</summary>
    private void ThrowIfTooDeep(TaskPlan plan, int parent)
    {
        string id = _run.Graph.SubtaskAt(parent).Id;
        if (id.AsSpan().Count('/') >= _run.Options.MaxAddedDepth)
        {
            throw new InvalidOperationException(
                $"'{Excerpt.Of(id)}' is {_run.Options.MaxAddedDepth} deep and may add nothing deeper. Let one subtask add the others, or raise MaxAddedDepth.");
        }

        if (plan.Subtasks.FirstOrDefault(subtask => id.Length + 1L + subtask.Id.Length > LongestAddedId) is { } longest)
        {
            throw new InvalidOperationException(
                $"The id of '{Excerpt.Of(longest.Id)}', which '{Excerpt.Of(id)}' adds, would be longer than {LongestAddedId} characters. Use shorter ids, or add subtasks less deep.");
        }
    }
}
