using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Forecasting;

/// <summary>What is left of a run that goes on: a graph of the subtasks that have not ended, and how far each of them is.</summary>
internal sealed class RemainingGraph
{
    private readonly GrowingGraph _graph;
    private readonly RunSnapshot _run;
    private readonly DateTimeOffset _now;
    private readonly int[] _open;
    private readonly bool[] _isRunning;
    private readonly bool[] _isJoined;
    private readonly HashSet<string> _joinedIds;

    /// <param name="planned">The graph of the plan.</param>
    /// <param name="run">The run.</param>
    /// <param name="now">When it is.</param>
    public RemainingGraph(TaskGraph planned, RunSnapshot run, DateTimeOffset now)
    {
        var graph = new GrowingGraph(SnapshotGraph.Of(planned, run));
        _graph = graph;
        _run = run;
        _now = now;

        // Code that was told to stop is expected to do so at once.
        int known = run.StopReason is not null || run.Outcome is not null ? 0 : Math.Min(graph.Count, run.Subtasks.Count);
        _open = [.. Enumerable.Range(0, known).Where(index => run.Subtasks[index].EndedAt is null)];
        _isRunning = [.. _open.Select(index => run.Subtasks[index].State == SubtaskState.Running)];
        _isJoined = [.. _open.Select(index => run.Subtasks[index].Parts.Count > 0)];
        _joinedIds = [.. _open.Where((_, position) => _isJoined[position]).Select(index => graph.SubtaskAt(index).Id)];
        var tolerable = new TolerableLosses(graph);
        HasFailed = Enumerable.Range(0, Math.Min(graph.Count, run.Subtasks.Count))
            .Any(index => run.Subtasks[index].State == SubtaskState.Failed && !tolerable.Contains(index));
        Graph = MakeGraph();
    }

    /// <summary>The subtasks that have not ended, by other indices.</summary>
    public TaskGraph Graph { get; }

    public TimeSpan Elapsed => Max((_run.EndedAt ?? _now) - _run.StartedAt, TimeSpan.Zero);

    public RunSnapshot Run => _run;

    /// <summary>How the run has ended, or must end whatever is still to come; <see langword="null"/> when that is open.</summary>
    public RunOutcome? Outcome => (_run.Outcome, _run.StopReason) switch
    {
        ({ } ended, _) => ended,
        (_, StopReason.Timeout) => RunOutcome.TimedOut,
        (_, StopReason.Budget) => RunOutcome.BudgetExhausted,
        (_, StopReason.Cancelled) => RunOutcome.Cancelled,
        _ => HasFailed ? RunOutcome.Failed : null,
    };

    private bool HasFailed { get; }

    /// <summary>Whether an attempt of it runs already; by the indices of <see cref="Graph"/>, as all that follows.</summary>
    public bool IsRunning(int index) => index < _open.Length && _isRunning[index];

    /// <summary>Whether its output is there already, and held until it waits for nothing any longer.</summary>
    public bool IsHeld(int index) => index < _open.Length && _run.Subtasks[_open[index]].Extra is { HeldSince: not null };

    /// <summary>Whether it is made of others, which are in the graph themselves.</summary>
    public bool IsJoined(int index) => index < _open.Length && _isJoined[index];

    /// <summary>Whether a subtask that is left is made of others, which are in the graph themselves.</summary>
    public bool IsJoined(string id) => _joinedIds.Contains(id);

    /// <summary>For how long its attempt has been running.</summary>
    public TimeSpan RanFor(int index) => IsRunning(index) ? Max(_now - _run.Subtasks[_open[index]].RunningSince!.Value, TimeSpan.Zero) : TimeSpan.Zero;

    /// <summary>All subtasks of the run: those that have ended as they did, the others as they are expected to.</summary>
    /// <param name="expected">The others; times count from now.</param>
    public IReadOnlyList<ForecastSubtask> Rows(IReadOnlyList<ForecastSubtask> expected)
    {
        Dictionary<int, int> positions = _open.Index().ToDictionary(open => open.Item, open => open.Index);
        return
        [
            .. _run.Subtasks.Select((subtask, index) => positions.TryGetValue(index, out int position) ? Expected(subtask, expected[position]) : Ended(subtask)),
            .. expected.Skip(_open.Length).Select(Later),
        ];
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private ForecastSubtask Expected(SubtaskSnapshot subtask, ForecastSubtask expected) =>
        Later(expected) with { Start = subtask.StartedAt - _run.StartedAt ?? (expected.Start + Elapsed) };

    private ForecastSubtask Later(ForecastSubtask expected) => expected with { Start = expected.Start + Elapsed, End = expected.End + Elapsed };

    /// <summary>In a run that stops, what has not ended ends now.</summary>
    private ForecastSubtask Ended(SubtaskSnapshot subtask)
    {
        TimeSpan end = subtask.EndedAt - _run.StartedAt ?? Elapsed;
        return new ForecastSubtask(subtask.Subtask.Id, subtask.Subtask.Name, subtask.Subtask.TaskType, subtask.StartedAt - _run.StartedAt ?? end, end)
        {
            State = subtask.EndedAt is null ? SubtaskState.Cancelled : subtask.State,
        };
    }

    private TaskGraph MakeGraph()
    {
        Dictionary<int, int> positions = _open.Index().ToDictionary(open => open.Item, open => open.Index);
        int[][] dependencies = Array.ConvertAll(
            _open, index => _graph.Before(index).Distinct().Where(positions.ContainsKey).Select(dependency => positions[dependency]).ToArray());
        var successors = SuccessorGraph.FromDependencies(dependencies);
        TopologicalOrder.TryCompute(successors, out int[] order);
        Subtask[] subtasks = [.. _open.Select((index, position) => _isJoined[position] ? _graph.SubtaskAt(index) with { ForEach = null, Items = null, Plan = null } : _graph.SubtaskAt(index))];
        var part = new CheckedSubtasks
        {
            Subtasks = subtasks,
            TaskTypes = Array.ConvertAll(_open, index => _graph.TaskTypes[index]),
            Inputs = [.. _open.Select((index, position) => _isJoined[position] ? null : _graph.Inputs[index])],
            Needs = Array.ConvertAll(_open, index => _graph.NeedVectors[_graph.NeedVectorOf[index]]),

            // What is made of parts needs no attempt: it is prepared, and found done.
            Policies = [.. _open.Select((index, position) => _isJoined[position] ? _graph.Policies[index].WithApproval() : _graph.Policies[index])],
            Dependencies = dependencies,
            Optional = _graph.HasOptional
                ? [.. _open.SelectMany((index, position) => dependencies[position].Where(dependency => _graph.IsOptional(_open[dependency], index)).Select(dependency => (dependency, position)))]
                : null,
            TopologicalOrder = order,
            Successors = successors,
            NeedsPreparation = true,
        };
        return new TaskGraph(_run.Plan with { Subtasks = subtasks }, part, _graph.Origin.Checker);
    }
}
