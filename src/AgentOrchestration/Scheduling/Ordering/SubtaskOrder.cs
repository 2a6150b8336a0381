namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>The order in which ready subtasks start. Subtasks that a run adds later go by the way that is left to its end.</summary>
public sealed class SubtaskOrder
{
    private SubtaskOrder(double[] priorities, TimeSpan[]? starts)
    {
        Priorities = priorities;
        Starts = starts;
    }

    /// <summary>
    /// Gets the order by the critical path: the more work depends on a subtask, the earlier it starts. It costs nothing to compute.
    /// </summary>
    /// <value>The default order.</value>
    public static SubtaskOrder CriticalPathFirst { get; } = new([], null) { IsByCriticalPath = true };

    /// <summary>By index, the priority; the greater, the earlier.</summary>
    internal double[] Priorities { get; }

    /// <summary>By index, the planned start; <see langword="null"/> when nothing is held back.</summary>
    internal TimeSpan[]? Starts { get; }

    /// <summary>Whether it is the default, with the graph's own priorities.</summary>
    internal bool IsCriticalPathFirst => ReferenceEquals(this, CriticalPathFirst);

    /// <summary>Whether it is by the critical path, so that better estimates make it better.</summary>
    internal bool IsByCriticalPath { get; private init; }

    /// <summary>By the critical path, on other durations than the plan's.</summary>
    /// <param name="priorities">Of each subtask, by index.</param>
    internal static SubtaskOrder ByCriticalPath(double[] priorities) => new(priorities, null) { IsByCriticalPath = true };

    /// <summary>
    /// Creates an order by priorities. A subtask that is ready and fits starts at once, the greatest priority first; ties are broken by the plan's
    /// order.
    /// </summary>
    /// <param name="priorities">Of each subtask, by index. Finite, not negative.</param>
    /// <returns>The order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A priority is negative, infinite or not a number.</exception>
    public static SubtaskOrder ByPriority(IReadOnlyList<double> priorities)
    {
        ArgumentNullException.ThrowIfNull(priorities);
        for (int i = 0; i < priorities.Count; i++)
        {
            if (!(priorities[i] >= 0 && double.IsFinite(priorities[i])))
            {
                throw new ArgumentOutOfRangeException(nameof(priorities), priorities[i], $"The priority of the subtask at {i} must be a finite number, not negative.");
            }
        }

        return new SubtaskOrder([.. priorities], null);
    }

    /// <summary>
    /// The order of a schedule. A subtask that is ready and fits still waits for those planned to start before it, so a schedule that leaves
    /// something idle on purpose is kept. When a start differs from the planned one by more than a twentieth of the whole and 50 ms, or is late by so
    /// much, reality has gone another way: from then on nothing is held back, and the critical path decides.
    /// </summary>
    /// <param name="starts">Of each subtask, by index, when it is planned to start, from the start of the run. Not negative.</param>
    /// <returns>The order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A start is negative.</exception>
    public static SubtaskOrder BySchedule(IReadOnlyList<TimeSpan> starts)
    {
        ArgumentNullException.ThrowIfNull(starts);
        for (int i = 0; i < starts.Count; i++)
        {
            if (starts[i] < TimeSpan.Zero)
            {
                throw new ArgumentOutOfRangeException(nameof(starts), starts[i], $"The planned start of the subtask at {i} is negative.");
            }
        }

        int[] order = [.. Enumerable.Range(0, starts.Count).OrderBy(index => starts[index])];
        double[] priorities = new double[order.Length];
        for (int place = 0; place < order.Length; place++)
        {
            priorities[order[place]] = order.Length - place;
        }

        return new SubtaskOrder(priorities, [.. starts]);
    }
}
