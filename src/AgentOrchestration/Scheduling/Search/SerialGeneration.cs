namespace AgentOrchestration.Scheduling.Search;

/// <summary>
/// Serial schedule generation: takes activities in a given order, predecessors first, and starts each as early as those before it in the
/// order let it. Some order gives an optimal schedule. Source: Kolisch, "Serial and parallel resource-constrained project scheduling
/// methods revisited" (1996).
/// </summary>
internal sealed class SerialGeneration(SchedulingProblem problem)
{
    private readonly ResourceProfile _profile = new(problem);

    /// <param name="order">Every activity once, predecessors first.</param>
    /// <param name="finishes">Receives when each ends.</param>
    /// <returns>When the last one ends.</returns>
    public long Generate(ReadOnlySpan<int> order, long[] finishes)
    {
        _profile.Clear();
        long[] durations = problem.Durations;
        long makespan = 0;
        foreach (int activity in order)
        {
            long earliest = 0;
            foreach (int predecessor in problem.Predecessors(activity))
            {
                earliest = Math.Max(earliest, finishes[predecessor]);
            }

            long finish = _profile.Place(activity, earliest, durations[activity]) + durations[activity];
            finishes[activity] = finish;
            makespan = Math.Max(makespan, finish);
        }

        return makespan;
    }
}
