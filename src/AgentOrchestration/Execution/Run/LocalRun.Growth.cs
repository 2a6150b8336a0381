using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Lets the run grow. What is added is checked like a plan, which may take long and calls code of others, so it does not happen inside the
/// gate; one growth at a time, so that what was checked is what is applied.
/// </summary>
internal sealed partial class LocalRun
{
    /// <summary>The most characters of the id of an added subtask, with those of the subtasks that it comes from.</summary>
    private const int LongestAddedId = 4_096;

    /// <summary>Checks more of what an attempt wants to add. It is added when the attempt has succeeded.</summary>
    /// <exception cref="InvalidPlanException">It does not pass the checks.</exception>
    /// <exception cref="InvalidOperationException">It holds a secret.</exception>
    public void CheckAdditions(LocalAttempt attempt, TaskPlan more, AdditionDraft draft)
    {
        lock (_growthGate)
        {
            ThrowIfTooMany(draft.Count + more.Subtasks.Count);
            ThrowIfTooDeep(more, attempt.Index);
            if (PlannedGraph.Checker.CheckAddition(more, Graph, attempt.Index, draft) is { Count: > 0 } diagnostics)
            {
                throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = more with { Subtasks = [.. draft.Subtasks, .. more.Subtasks] } });
            }
        }

        // Events and the journal hold subtasks as they were added.
        if (Secrets.IsAny && Secrets.AreIn(Encoding.UTF8.GetBytes(more.ToJson())))
        {
            throw new InvalidOperationException(
                $"What '{Excerpt.Of(attempt.Subtask.Id)}' adds holds a secret that the run was given. Refer to it with {nameof(SecretRef)} in the arguments instead.");
        }
    }

    /// <summary>Reads the graph while it does not grow.</summary>
    public TResult ReadGraph<TResult>(Func<GrowingGraph, TResult> read)
    {
        lock (_growthGate)
        {
            return read(Graph);
        }
    }

    private GraphGrowth CheckGrowth(TaskPlan plan, int parent, GrowthScope surroundings, bool isJoined)
    {
        ThrowIfTooMany(plan.Subtasks.Count);
        ThrowIfTooDeep(plan, parent);
        return PlannedGraph.Checker.CheckGrowth(plan, Graph, parent, surroundings, isJoined, out IReadOnlyList<PlanDiagnostic> diagnostics)
            ?? throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = plan });
    }

    /// <summary>A list from outside, or code that adds what adds again, does not fill the memory.</summary>
    private void ThrowIfTooMany(int more)
    {
        int added = Graph.Count - PlannedGraph.Count - _begunOfPlan;
        if (more > Options.MaxAddedSubtasks - added)
        {
            throw new InvalidOperationException(
                $"{more} subtasks were to be added to a run that has added {added} and may add {Options.MaxAddedSubtasks} in all. Add fewer, or raise MaxAddedSubtasks.");
        }
    }

    /// <summary>Code that adds itself makes ids that grow with their depth.</summary>
    private void ThrowIfTooDeep(TaskPlan plan, int parent)
    {
        string id = Graph.SubtaskAt(parent).Id;
        if (id.AsSpan().Count('/') >= Options.MaxAddedDepth)
        {
            throw new InvalidOperationException(
                $"'{Excerpt.Of(id)}' is {Options.MaxAddedDepth} deep and may add nothing deeper. Let one subtask add the others, or raise MaxAddedDepth.");
        }

        if (plan.Subtasks.FirstOrDefault(subtask => id.Length + 1L + subtask.Id.Length > LongestAddedId) is { } longest)
        {
            throw new InvalidOperationException(
                $"The id of '{Excerpt.Of(longest.Id)}', which '{Excerpt.Of(id)}' adds, would be longer than {LongestAddedId} characters. Use shorter ids, or add subtasks less deep.");
        }
    }

    private LocalAttempt? CompleteWithAdditions(LocalAttempt attempt, AttemptResult result, TaskPlan additions)
    {
        lock (_growthGate)
        {
            try
            {
                GraphGrowth growth = CheckGrowth(additions, attempt.Index, GrowthScope.ForAddition(Graph, attempt.Index), isJoined: false);
                result = result with { Growth = growth };
            }
            catch (Exception exception)
            {
                result = new AttemptResult { Error = ErrorOf(attempt.Index, exception), Usage = result.Usage };
            }

            return Grow(
                result.Growth, (attempt, result), static (run, told, now, commands) => run.Returned(told.attempt, told.result, now, commands));
        }
    }

    /// <summary>Tells the core something that lets the run grow.</summary>
    private LocalAttempt? Grow<TState>(GraphGrowth? growth, TState state, Action<LocalRun, TState, long, HostCommands> what)
    {
        if (!_needsResources && growth is not null && Array.Exists(growth.Part.Needs, needs => !needs.IsNone))
        {
            _needsResources = true;
        }

        return Tell(state, what);
    }

    /// <summary>Adds the subtasks that a subtask is made of.</summary>
    private void Expand(int subtask)
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
                preparation = new Preparation { Error = ErrorOf(subtask, exception) };
            }

            next = Grow(preparation.Growth, (subtask, preparation), static (run, told, now, commands) => run._core.Prepared(told.subtask, told.preparation, now, commands));
        }

        Hand(next);
    }

    private GraphGrowth? PartsOf(int subtask)
    {
        Subtask parent = Graph.SubtaskAt(subtask);
        if (parent.Plan is { } plan)
        {
            return CheckGrowth(plan, subtask, GrowthScope.ForNestedPlan(Graph), isJoined: true);
        }

        InputBinding binding = Graph.Inputs[subtask]!;
        JsonElement list = binding.Items is { } given ? Inputs.Resolve(given) : Inputs.ReadList(binding.List!.Value);
        ThrowIfTooMany(list.GetArrayLength());
        GrowthScope surroundings = GrowthScope.ForItems(Graph, subtask);
        return list.GetArrayLength() == 0
            ? null
            : CheckGrowth(PlanOf(parent, list, id => surroundings.IndexOf(id) is { } index && Graph.IsOptional(index, subtask)), subtask, surroundings, isJoined: true);
    }

    private static TaskPlan PlanOf(Subtask parent, JsonElement list, Predicate<string> isOptional) => new()
    {
        Goal = parent.Name,
        Subtasks = [.. list.EnumerateArray().Select((item, number) => PartOf(parent, item, number, isOptional))],
    };

    private static Subtask PartOf(Subtask parent, JsonElement item, int number, Predicate<string> isOptional)
    {
        JsonElement arguments = ItemReference.Fill(parent.Arguments, item);
        string[] references = ReferencesIn(arguments);
        if (SecretRef.CountIn(arguments) != SecretRef.CountIn(parent.Arguments ?? default))
        {
            throw new InvalidOperationException($"Item {number} of the list holds what reads as a reference to a secret.");
        }

        if (references.Length != ReferencesIn(parent.Arguments ?? default).Length)
        {
            // The item is data, made by an earlier subtask: only the plan says what refers to what.
            throw new InvalidOperationException($"Item {number} of the list holds what reads as a reference to an output.");
        }

        return parent with
        {
            Id = $"{number}",
            Name = $"{parent.Name} {number + 1}",
            ForEach = null,
            Items = null,
            OnItemFailure = ItemFailurePolicy.Fail,
            Condition = null,
            Arguments = arguments,
            DependsOn = [.. references.Distinct(StringComparer.Ordinal).Where(id => !isOptional(id))],
        };
    }

    private static string[] ReferencesIn(JsonElement arguments) => [.. OutputReferences.In(arguments).Select(reference => reference.Output.SubtaskId)];

    /// <summary>Makes the output of a subtask of those of its parts.</summary>
    private void Join(int subtask)
    {
        object? output = null;
        SubtaskError? error = null;
        try
        {
            int[] parts;
            lock (_growthGate)
            {
                parts = [.. Graph.PartsOf(subtask)];
            }

            output = Graph.SubtaskAt(subtask).Plan is { } plan
                ? OutputOf(plan, parts)
                : Graph.SubtaskAt(subtask).OnItemFailure.ListsErrors
                    ? Graph.TaskTypes[subtask].Invoker.ToResults(Array.ConvertAll(parts, Inputs.OutputFor), Array.ConvertAll(parts, ErrorOf))
                    : Graph.TaskTypes[subtask].Invoker.ToList(Array.ConvertAll(parts, Inputs.OutputFor));
        }
        catch (Exception exception)
        {
            error = ErrorOf(subtask, exception);
        }

        if (_written is not null && error is null)
        {
            TryKeep(subtask, attempt: 0, ref output, out error);
        }

        Hand(Tell((subtask, output, error), static (run, told, now, commands) => run._core.Joined(told.subtask, told.output, told.error, now, commands)));
    }

    private ItemError? ErrorOf(int item) => _core.State.StateOf(item) switch
    {
        SubtaskState.Succeeded => null,
        SubtaskState.Failed when _core.State.LatestErrorOf(item) is { } error => new ItemError(error.Kind, error.Message),
        SubtaskState.Cancelled => new ItemError("Cancelled", "It was cancelled."),
        _ => new ItemError("Skipped", $"It was skipped: {_core.State.CauseOf(item).Reason}."),
    };

    /// <summary>What a condition has skipped has no output.</summary>
    private JsonElement OutputOf(TaskPlan plan, int[] parts)
    {
        var outputs = new JsonObject();
        foreach ((int position, Subtask last) in OutputShape.LastOf(plan))
        {
            if (_core.State.StateOf(parts[position]) == SubtaskState.Succeeded)
            {
                outputs[last.Id] = JsonNode.Parse(Inputs.WriteOutputOf(parts[position]).GetRawText());
            }
        }

        return JsonSerializer.SerializeToElement(outputs, PlanJsonContext.Default.JsonNode);
    }
}
