namespace AgentOrchestration.Scheduling.Search;

/// <summary>What is free of each resource over time.</summary>
internal sealed class ResourceProfile
{
    private readonly PackedAmounts _amounts;
    private readonly WordProfile[] _words;

    public ResourceProfile(SchedulingProblem problem)
    {
        _amounts = problem.Amounts;
        _words = Array.ConvertAll(_amounts.Capacity, static capacity => new WordProfile(capacity));
    }

    public void Clear() => Array.ForEach(_words, static word => word.Clear());

    /// <summary>Takes what an activity needs at the first time from <paramref name="earliest"/> on when it fits for its whole duration.</summary>
    /// <returns>That time.</returns>
    public long Place(int activity, long earliest, long duration)
    {
        ReadOnlySpan<PackedNeed> needs = _amounts.NeedsOf(activity);
        long start = earliest;
        int agreed = 0;

        // Until it fits into all of them at the same time, one after another.
        for (int i = 0; agreed < needs.Length; i = (i + 1) % needs.Length)
        {
            long fits = _words[needs[i].Word].FirstFit(needs[i].Amounts, start, duration);
            agreed = fits == start ? agreed + 1 : 1;
            start = fits;
        }

        foreach (PackedNeed need in needs)
        {
            _words[need.Word].Take(need.Amounts, start, duration);
        }

        return start;
    }
}
