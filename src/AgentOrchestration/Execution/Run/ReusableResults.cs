using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// The results of another run, by the work that they come from. Work that changes something outside is the same only under the same id; what
/// changes nothing is the same under any. What added subtasks to its run is not reused, because it would have to add them again; nor is an equal result.
/// </summary>
internal sealed class ReusableResults
{
    private readonly Dictionary<string, CachedOutput> _results = new(StringComparer.Ordinal);
    private readonly HashSet<string> _rerun;

    private ReusableResults(HashSet<string> rerun) => _rerun = rerun;

    /// <summary>Reads what there is to reuse.</summary>
    /// <param name="executor">The executor of the new run.</param>
    /// <param name="graph">The plan of the new run.</param>
    /// <param name="reuse">What to reuse.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The new plan has no subtask of an id that is to be done again.</exception>
    public static async Task<ReusableResults> ReadAsync(LocalExecutor executor, TaskGraph graph, RunReuse reuse, CancellationToken cancellationToken)
    {
        var reusable = new ReusableResults(WithSuccessors(graph, reuse.Rerun));
        var core = new DispatchCore(reuse.Graph, RunResources.Alone(new ResourcePools([])), reuse.RunId, new RunOptions());
        RunState state = core.State;
        var inputs = new InputBinder(state.Graph, state.OutputOf, reuse.Graph.Checker);
        var changed = reuse.ChangedTaskTypes.ToHashSet(StringComparer.Ordinal);
        var replay = new JournalReplay(executor.Store!, reuse.RunId, core, reuse.Graph.Checker, executor.TaskTypes!, inputs) { Changed = changed };
        await replay.ReplayAsync(cancellationToken).ConfigureAwait(false);
        reusable.Add(state, inputs, changed);
        return reusable;
    }

    /// <summary>Finds what there is to reuse of a run that has ended in this process.</summary>
    /// <param name="reuse">The run that has ended.</param>
    /// <param name="graph">The plan of the new run.</param>
    /// <exception cref="ArgumentException">The new plan has no subtask of an id that is to be re-run.</exception>
    public static ReusableResults Of(RunReuse reuse, TaskGraph graph)
    {
        var reusable = new ReusableResults(WithSuccessors(graph, reuse.Rerun));
        if (reuse.Results is { } ended)
        {
            reusable.Add(ended.State, ended.Inputs, [.. reuse.ChangedTaskTypes]);
        }
        else
        {
            reusable.Add(reuse.Graph, reuse.Ended!, [.. reuse.ChangedTaskTypes]);
        }

        return reusable;
    }

    /// <summary>The result of a subtask whose dependencies are done, when there is one.</summary>
    public CachedOutput? Find(GrowingGraph graph, int subtask, InputBinder inputs)
    {
        string id = graph.SubtaskAt(subtask).Id;
        int slash = id.IndexOf('/', StringComparison.Ordinal);
        return !_rerun.Contains(slash < 0 ? id : id[..slash])
            && _results.TryGetValue(KeyOf(graph.TaskTypes[subtask], id, IdentityOf(graph, subtask, inputs)), out CachedOutput? output) ? output : null;
    }

    private void Add(RunState state, InputBinder inputs, HashSet<string> changed)
    {
        HashSet<int> growing = [];
        for (int index = 0; index < state.History.Count; index++)
        {
            if (state.History[index] is { Kind: RunFactKind.SubtasksAdded, Payload: GraphGrowth { IsJoined: false } growth })
            {
                growing.Add(growth.Parent);
            }
        }

        HashSet<string> unusable = new(StringComparer.Ordinal);
        foreach (int subtask in growing)
        {
            if (KeyOf(state.Graph, subtask, inputs) is { } key)
            {
                unusable.Add(key);
            }
        }

        var making = new RecordedMaking(state.History);
        for (int subtask = 0; subtask < state.Graph.Count; subtask++)
        {
            if (state.StateOf(subtask) == SubtaskState.Succeeded
                && !state.HasFallenBack(subtask)
                && state.CompensationOf(subtask) == CompensationState.None
                && !state.Graph.SubtaskAt(subtask).IsComposite
                && !growing.Contains(subtask)
                && !changed.Contains(state.Graph.TaskTypes[subtask].Name)
                && KeyOf(state.Graph, subtask, inputs) is { } key
                && !unusable.Contains(key))
            {
                _results.TryAdd(key, new CachedOutput(state.OutputOf(subtask)) { Origin = OutputOrigin.Reused, Work = making.Of(subtask) });
            }
        }
    }

    /// <summary>A snapshot knows the inputs of planned subtasks only, so results of added ones are not reused.</summary>
    private void Add(TaskGraph graph, RunSnapshot ended, HashSet<string> changed)
    {
        Dictionary<string, SubtaskSnapshot> byId = ended.Subtasks.ToDictionary(subtask => subtask.Subtask.Id, StringComparer.Ordinal);
        HashSet<string> growing = [.. byId.Keys.Where(id => id.Contains('/', StringComparison.Ordinal)).Select(id => id[..id.IndexOf('/', StringComparison.Ordinal)])];
        var planned = new GrowingGraph(graph);
        var inputs = new InputBinder(planned, subtask => byId[graph.Subtasks[subtask].Id].Output, graph.Checker);
        HashSet<string> unusable = [.. growing.Select(planned.IndexOf).OfType<int>().Select(subtask => KeyOf(planned, subtask, inputs)).OfType<string>()];
        for (int subtask = 0; subtask < graph.Count; subtask++)
        {
            if (byId.GetValueOrDefault(graph.Subtasks[subtask].Id) is { State: SubtaskState.Succeeded, Origin: not OutputOrigin.Fallback, Compensation: CompensationState.None, Subtask.IsComposite: false } known
                && !growing.Contains(known.Subtask.Id)
                && !changed.Contains(known.Subtask.TaskType)
                && KeyOf(planned, subtask, inputs) is { } key
                && !unusable.Contains(key))
            {
                AvoidedWork? work = known is { OutputUsage: { } usage, OutputDuration: { } duration } ? new AvoidedWork(usage, duration.Ticks) : null;
                _results.TryAdd(key, new CachedOutput(known.Output) { Origin = OutputOrigin.Reused, Work = work });
            }
        }
    }

    /// <summary>The key of a subtask's work; <see langword="null"/> when its input cannot be written as JSON, so that equal work cannot be recognized.</summary>
    private static string? KeyOf(GrowingGraph graph, int subtask, InputBinder inputs)
    {
        try
        {
            return KeyOf(graph.TaskTypes[subtask], graph.SubtaskAt(subtask).Id, IdentityOf(graph, subtask, inputs));
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static string IdentityOf(GrowingGraph graph, int subtask, InputBinder inputs) =>
        WorkIdentity.Of(graph.TaskTypes[subtask], graph.Inputs[subtask] is { } binding ? inputs.ResolveExactly(binding) : default);

    private static string KeyOf(TaskDescriptor taskType, string id, string identity) => taskType.Effect == TaskEffect.Pure ? identity : $"{identity} {id}";

    private static HashSet<string> WithSuccessors(TaskGraph graph, IReadOnlyList<string> ids)
    {
        Dictionary<string, int> indices = ids.Count == 0 ? [] : graph.Subtasks.Index().ToDictionary(subtask => subtask.Item.Id, subtask => subtask.Index, StringComparer.Ordinal);
        var open = new Stack<int>(ids.Select(id => indices.TryGetValue(id, out int index) ? index : throw new ArgumentException($"The plan has no subtask '{id}'.", nameof(ids))));
        HashSet<string> rerun = new(StringComparer.Ordinal);
        while (open.TryPop(out int next))
        {
            if (rerun.Add(graph.Subtasks[next].Id))
            {
                foreach (int successor in graph.Successors.Successors(next))
                {
                    open.Push(successor);
                }
            }
        }

        return rerun;
    }
}
