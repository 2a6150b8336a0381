using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>
/// Keeps a run to a schedule: a subtask does not start before those planned before it, as long as none of them is too late. With exact
/// estimates the run is then no longer than the schedule: by induction over the order of starts, each starts no later than planned.
/// </summary>
internal sealed class ScheduleFollower
{
    // A start that differs from the planned one by more than this part of the plan: reality goes its own way.
    private const double Tolerance = 0.05;

    // What a busy machine may add to a run by itself.
    private const long SmallestTolerance = 50 * TimeSpan.TicksPerMillisecond;

    private readonly long[] _starts;
    private readonly int[] _order;
    private readonly long _tolerance;
    private int _begun;

    public ScheduleFollower(SubtaskOrder order, long startOfRun)
    {
        TimeSpan[] starts = order.Starts!;
        _starts = [.. starts.Select(start => startOfRun + start.Ticks)];
        _order = [.. Enumerable.Range(0, _starts.Length).OrderBy(index => _starts[index])];
        _tolerance = Math.Max(SmallestTolerance, (long)(Tolerance * starts.DefaultIfEmpty().Max().Ticks));
    }

    /// <summary>Whether the run has gone another way than the schedule, which is worth nothing then.</summary>
    public bool HasDeparted { get; private set; }

    /// <summary>An attempt begins.</summary>
    public void Begin(int subtask, int attempt, long now)
    {
        if (attempt == 1 && subtask < _starts.Length)
        {
            HasDeparted |= Math.Abs(now - _starts[subtask]) > _tolerance;
        }
    }

    /// <summary>Until when a ready subtask has to wait for others at most, in UTC ticks; 0 for not at all.</summary>
    public long HeldUntil(int subtask, RunState state, long now)
    {
        if (subtask >= _starts.Length || state.Running == 0)
        {
            return 0;
        }

        while (_begun < _order.Length && HasBegun(_order[_begun], state))
        {
            _begun++;
        }

        if (_begun == _order.Length || _order[_begun] == subtask)
        {
            return 0;
        }

        long patience = _starts[_order[_begun]] + _tolerance;
        HasDeparted |= now > patience;
        return HasDeparted ? 0 : patience + 1;
    }

    private static bool HasBegun(int subtask, RunState state) =>
        state.AttemptOf(subtask) > 0 || state.StateOf(subtask) is not (SubtaskState.Pending or SubtaskState.Ready);
}
