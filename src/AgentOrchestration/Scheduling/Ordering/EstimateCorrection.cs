using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>
/// Corrects in mid-run what a run was ordered by: from the attempts that have succeeded it learns how long task types really take. Reads the
/// history only now and then, so that nothing is done per attempt.
/// </summary>
/// <param name="plan">The plan of the run.</param>
/// <param name="graph">The graph of the run.</param>
/// <param name="observed">What was known before; <see langword="null"/> for nothing.</param>
/// <param name="startOfRun">When the run began, in UTC ticks.</param>
internal sealed class EstimateCorrection(TaskGraph plan, GrowingGraph graph, ObservedDurations? observed, long startOfRun)
{
    // Expectations that all shift alike change no order; when two drift apart by more than this, the order is made anew.
    private const double Significant = 1.25;

    // To order anew takes some tens of nanoseconds for each subtask: with this pause it is at most a hundredth of the time.
    private const long PausePerSubtask = TimeSpan.TicksPerMicrosecond * 5;
    private const long ShortestPause = TimeSpan.TicksPerMillisecond * 10;

    private readonly long _pause = PauseFor(plan);
    private readonly ObservedDurations _known = new(observed);
    private long _dueAt = startOfRun + PauseFor(plan);
    private DurationReader? _reader;
    private int[] _samples = [];
    private double[] _used = [];

    /// <summary>Whether it is worth a look.</summary>
    public bool IsDue(long now) => now >= _dueAt;

    /// <summary>What the planned subtasks are to be expected to take now, in seconds; <see langword="null"/> when the order is as good as before.</summary>
    public double[]? Correct(RunHistory history, long now)
    {
        _dueAt = now + _pause;
        if (_reader is null)
        {
            _reader = new DurationReader(graph);
            _samples = SamplesOf(plan.Part);
            _used = At(_samples, plan.Part.SecondsBy(_known.SecondsOf));
        }

        if (_samples.Length < 2)
        {
            _dueAt = long.MaxValue;
            return null;
        }

        _reader.ReadOn(history, _known);
        if (!HasDrifted())
        {
            return null;
        }

        double[] seconds = plan.Part.SecondsBy(_known.SecondsOf);
        _used = At(_samples, seconds);
        return seconds;
    }

    private static long PauseFor(TaskGraph plan) => Math.Max(ShortestPause, plan.Count * PausePerSubtask);

    /// <summary>One subtask of each task type with an estimate, and one without: the others of the type change with it.</summary>
    private static int[] SamplesOf(CheckedSubtasks part) =>
    [
        .. Enumerable.Range(0, part.Count)
            .GroupBy(index => (part.TaskTypes[index], HasEstimate: part.Subtasks[index].EstimatedDuration is { Ticks: > 0 }))
            .Select(group => group.First()),
    ];

    private static double[] At(int[] indices, double[] values) => Array.ConvertAll(indices, index => values[index]);

    private bool HasDrifted()
    {
        (double least, double most) = (double.PositiveInfinity, 0);
        for (int i = 0; i < _samples.Length; i++)
        {
            Subtask subtask = plan.Subtasks[_samples[i]];
            double factor = _used[i] > 0 ? (_known.SecondsOf(subtask) ?? _used[i]) / _used[i] : 1;
            least = Math.Min(least, factor);
            most = Math.Max(most, factor);
        }

        return most > least * Significant;
    }
}
