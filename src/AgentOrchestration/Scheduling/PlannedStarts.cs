using AgentOrchestration.Runs;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// Keeps a run to a schedule: a subtask does not start before those planned before it, unless its own planned start has come. With exact
/// estimates the run is then no longer than the schedule: by induction over the order of starts, each starts no later than planned.
/// </summary>
internal sealed class PlannedStarts
{
    private readonly long[] _starts;
    private readonly int[] _order;
    private int _begun;

    public PlannedStarts(IReadOnlyList<TimeSpan> starts, long startOfRun)
    {
        _starts = [.. starts.Select(start => startOfRun + start.Ticks)];
        _order = [.. Enumerable.Range(0, _starts.Length).OrderBy(index => _starts[index])];
    }

    /// <summary>Until when a ready subtask has to wait for others, in UTC ticks; 0 for not at all.</summary>
    public long HeldUntil(int subtask, RunState state, long now)
    {
        if (subtask >= _starts.Length || now >= _starts[subtask] || state.Running == 0)
        {
            return 0;
        }

        while (_begun < _order.Length && HasBegun(_order[_begun], state))
        {
            _begun++;
        }

        return _begun == _order.Length || _order[_begun] == subtask ? 0 : _starts[subtask];
    }

    private static bool HasBegun(int subtask, RunState state) =>
        state.AttemptOf(subtask) > 0 || state.StateOf(subtask) is not (SubtaskState.Pending or SubtaskState.Ready);
}
