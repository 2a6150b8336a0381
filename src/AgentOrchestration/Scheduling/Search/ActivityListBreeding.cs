namespace AgentOrchestration.Scheduling.Search;

/// <summary>Makes activity lists of others. What the parents keep, the child keeps: predecessors stand first.</summary>
internal sealed class ActivityListBreeding(SchedulingProblem problem)
{
    private const double MutationRate = 0.1;

    private readonly bool[] _isTaken = new bool[problem.Count];

    /// <summary>
    /// Two-point crossover (Hartmann 1998): the mother's first activities, then the father's others up to a second point, then the rest as the
    /// mother has it; and some neighbours change places.
    /// </summary>
    public void Cross(int[] mother, int[] father, int[] child, bool isReversed, ref SearchRandom random)
    {
        int first = random.Below(child.Length);
        int second = random.Below(child.Length);
        Array.Clear(_isTaken);
        int count = Take(mother, child, 0, Math.Min(first, second));
        count = Take(father, child, count, Math.Max(first, second));
        Take(mother, child, count, child.Length);
        Mutate(child, isReversed ? problem.Reversed : problem, ref random);
    }

    private int Take(int[] parent, int[] child, int count, int end)
    {
        for (int i = 0; count < end; i++)
        {
            if (!_isTaken[parent[i]])
            {
                _isTaken[parent[i]] = true;
                child[count++] = parent[i];
            }
        }

        return count;
    }

    private static void Mutate(int[] child, SchedulingProblem problem, ref SearchRandom random)
    {
        for (int i = 1; i < child.Length; i++)
        {
            if (random.Unit() < MutationRate && !problem.Predecessors(child[i]).Contains(child[i - 1]))
            {
                (child[i - 1], child[i]) = (child[i], child[i - 1]);
            }
        }
    }
}
