using AgentOrchestration.Graph;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>How long it is expected to take from running attempts to the end of the run: along the longest chain of what depends on each.</summary>
/// <param name="context">The run.</param>
/// <param name="times">How long attempts take.</param>
internal sealed class RunningWays(DispatchContext context, HedgeTimes times)
{
    private const long Unknown = -1;

    private TaskGraph _plan = context.Graph.Origin;

    // By subtask of the run, whose indices need not be those of the plan.
    private long[] _expected = [];
    private long[] _behind = [];
    private long _madeAt = -1;

    /// <summary>The plan is complete.</summary>
    public void CompletePlan(TaskGraph plan) => (_plan, _madeAt) = (plan, -1);

    /// <summary>Takes over what was learned, when it is twice as much as before.</summary>
    public void Refresh()
    {
        if (_madeAt >= 0 && times.Observations < 2 * Math.Max(1, _madeAt))
        {
            return;
        }

        _madeAt = times.Observations;
        double[] seconds = _plan.Part.SecondsBy(subtask => times.SecondsOf(subtask) ?? subtask.EstimatedDuration?.TotalSeconds);
        double[] ranks = CriticalPath.UpwardRanks(_plan.Successors, _plan.TopologicalOrder, seconds);
        _expected = new long[context.Graph.Count];
        _behind = new long[context.Graph.Count];
        Array.Fill(_behind, Unknown);
        for (int i = 0; i < seconds.Length; i++)
        {
            if (context.Graph.IndexOf(_plan.Subtasks[i].Id) is { } subtask)
            {
                _expected[subtask] = TicksOf(seconds[i]);
                _behind[subtask] = TicksOf(ranks[i] - seconds[i]);
            }
        }
    }

    /// <summary>How long an attempt of a subtask is expected to take.</summary>
    public long ExpectedOf(int subtask) => IsKnown(subtask) ? _expected[subtask] : TicksOf(times.SecondsOf(context.Graph.SubtaskAt(subtask)) ?? 1);

    /// <summary>How long it takes from the end of a subtask to that of the run. What a subtask has added is in front of the same as the subtask itself.</summary>
    public long BehindOf(int subtask)
    {
        while (!IsKnown(subtask))
        {
            if (context.Graph.Additions.With(subtask) is not { Parent: >= 0 and var parent })
            {
                return 0;
            }

            subtask = parent;
        }

        return _behind[subtask];
    }

    private bool IsKnown(int subtask) => subtask < _behind.Length && _behind[subtask] != Unknown;

    private static long TicksOf(double seconds) => (long)Math.Min(seconds * TimeSpan.TicksPerSecond, ObservedDurations.Longest.Ticks);
}
