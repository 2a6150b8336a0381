namespace AgentOrchestration.Scheduling.Search;

/// <summary>
/// Looks for a short schedule. Two populations of activity lists, one for each direction of time: a child of two lists of the one becomes,
/// by serial generation, a schedule whose order is a list of the other; so every schedule is also the justification of its parents. When
/// nothing gets better any more, it starts afresh, every other time from the best so far. Sources: Debels and Vanhoucke, "A bi-population
/// based genetic algorithm for the resource-constrained project scheduling problem" (2005); Valls, Ballestín and Quintanilla,
/// "Justification and RCPSP" (2005).
/// </summary>
internal sealed class ScheduleSearch
{
    private const int SmallestPopulation = 4;
    private const int LargestPopulation = 60;

    // A population of √(90 × budget / activities): the more there is to order and the smaller the budget, the more generations instead.
    private const double Spread = 90;

    // Generations without a better one, after which a population is taken to be of one mind.
    private const int Patience = 15;

    private readonly SchedulingProblem _problem;
    private readonly SearchBudget _budget;
    private readonly Func<bool> _isTimeUp;
    private readonly int _populationSize;
    private readonly SerialGeneration _forward;
    private readonly SerialGeneration _backward;
    private readonly ActivitySampling _sampling;
    private readonly ActivityListBreeding _breeding;
    private readonly long[] _finishes;
    private readonly long[] _keys;
    private readonly int[] _order;
    private SearchRandom _random;

    // Lists to be generated from with time running forward, and backward.
    private List<ActivityList> _toForward = [];
    private List<ActivityList> _toBackward = [];
    private int _schedules;
    private FoundSchedule _best = new([], long.MaxValue, 0);

    private ScheduleSearch(SchedulingProblem problem, SearchBudget budget, ulong seed, Func<bool> isTimeUp)
    {
        _problem = problem;
        _budget = budget;
        _isTimeUp = isTimeUp;
        _random = new SearchRandom(seed);
        _populationSize = Math.Clamp((int)Math.Sqrt(Spread * budget.MaxSchedules / Math.Max(1, problem.Count)), SmallestPopulation, LargestPopulation);
        _forward = new SerialGeneration(problem);
        _backward = new SerialGeneration(problem.Reversed);
        _sampling = new ActivitySampling(problem);
        _breeding = new ActivityListBreeding(problem);
        _finishes = new long[problem.Count];
        _keys = new long[problem.Count];
        _order = new int[problem.Count];
    }

    private bool IsOver => _schedules >= _budget.MaxSchedules - 1 || _best.Makespan == _problem.LowerBound || _isTimeUp();

    /// <param name="problem">What to schedule; at least one activity.</param>
    /// <param name="urgencies">Orders of urgency whose parallel schedules are candidates; the result is no worse than any of them.</param>
    /// <param name="budget">When to end.</param>
    /// <param name="seed">Of all chances: the same seed, the same schedule, unless time ends the search.</param>
    /// <param name="isTimeUp">Whether the time of the budget is over.</param>
    public static FoundSchedule Run(SchedulingProblem problem, IReadOnlyList<long[]> urgencies, SearchBudget budget, ulong seed, Func<bool> isTimeUp)
    {
        var search = new ScheduleSearch(problem, budget, seed, isTimeUp);
        search.TakeCandidates(urgencies);
        for (bool fromBest = false; !search.IsOver; fromBest = !fromBest)
        {
            search.Populate(fromBest);
            search.Evolve();
        }

        return search.LeftJustified();
    }

    /// <summary>A schedule that was found with time running backward starts things later than it must.</summary>
    private FoundSchedule LeftJustified()
    {
        int[] order = [.. Enumerable.Range(0, _problem.Count).OrderBy(activity => _best.Starts[activity])];
        long makespan = _forward.Generate(order, _finishes);
        _best = new FoundSchedule(Array.ConvertAll(Enumerable.Range(0, _problem.Count).ToArray(), activity => _finishes[activity] - _problem.Durations[activity]), makespan, ++_schedules);
        return _best;
    }

    private void TakeCandidates(IReadOnlyList<long[]> urgencies)
    {
        var parallel = new ParallelGeneration(_problem);
        foreach (long[] urgency in urgencies)
        {
            long makespan = parallel.Generate(urgency, _finishes);
            _schedules++;
            Keep(makespan, isReversed: false);
            _toBackward.Add(Read(makespan));
        }
    }

    private void Populate(bool fromBest)
    {
        if (fromBest)
        {
            for (int activity = 0; activity < _finishes.Length; activity++)
            {
                _finishes[activity] = _best.Starts[activity] + _problem.Durations[activity];
            }

            _toBackward.Add(Read(_best.Makespan));
        }

        while (_toBackward.Count < _populationSize && !IsOver)
        {
            _sampling.Draw(_order, ref _random);
            _toBackward.Add(Generate(isReversed: false));
        }

        foreach (ActivityList list in _toBackward)
        {
            if (IsOver)
            {
                return;
            }

            list.Order.CopyTo(_order, 0);
            _toForward.Add(Generate(isReversed: true));
        }
    }

    private void Evolve()
    {
        long least = long.MaxValue;
        int since = 0;
        for (bool isReversed = false; since < Patience && !IsOver; isReversed = !isReversed)
        {
            List<ActivityList> children = Breed(isReversed);
            ref List<ActivityList> replaced = ref isReversed ? ref _toForward : ref _toBackward;
            replaced = Fittest(children, replaced);
            since = replaced[0].Makespan < least ? 0 : since + 1;
            least = Math.Min(least, replaced[0].Makespan);
        }

        (_toForward, _toBackward) = ([], []);
    }

    private List<ActivityList> Breed(bool isReversed)
    {
        List<ActivityList> parents = isReversed ? _toBackward : _toForward;
        List<ActivityList> children = new(_populationSize);
        for (int i = 0; i < _populationSize && !IsOver; i++)
        {
            ActivityList mother = i < parents.Count ? parents[i] : BetterOfTwo(parents);
            _breeding.Cross(mother.Order, BetterOfTwo(parents).Order, _order, isReversed, ref _random);
            children.Add(Generate(isReversed));
        }

        return children;
    }

    /// <summary>The shortest, each schedule once; of equally short ones the younger, for variety.</summary>
    private List<ActivityList> Fittest(List<ActivityList> children, List<ActivityList> older)
    {
        HashSet<ulong> seen = [];
        return [.. children.Concat(older).OrderBy(list => list.Makespan).Where(list => seen.Add(list.Fingerprint)).Take(_populationSize)];
    }

    private ActivityList BetterOfTwo(List<ActivityList> lists)
    {
        ActivityList one = lists[_random.Below(lists.Count)];
        ActivityList other = lists[_random.Below(lists.Count)];
        return other.Makespan < one.Makespan ? other : one;
    }

    private ActivityList Generate(bool isReversed)
    {
        long makespan = (isReversed ? _backward : _forward).Generate(_order, _finishes);
        _schedules++;
        Keep(makespan, isReversed);
        return Read(makespan);
    }

    /// <summary>The order for the other direction of time: what ends last comes first, ties by chance.</summary>
    private ActivityList Read(long makespan)
    {
        const int tieBits = 6;
        int[] order = new int[_problem.Count];
        ulong fingerprint = 0;
        for (int activity = 0; activity < order.Length; activity++)
        {
            order[activity] = activity;
            _keys[activity] = -((_finishes[activity] << tieBits) | (uint)_random.Below(1 << tieBits));
            fingerprint = SplitMix64.Mix(fingerprint ^ (ulong)_finishes[activity]);
        }

        Array.Sort(_keys, order);
        return new ActivityList(order, makespan, fingerprint);
    }

    private void Keep(long makespan, bool isReversed)
    {
        if (makespan < _best.Makespan)
        {
            long[] starts = new long[_problem.Count];
            for (int activity = 0; activity < starts.Length; activity++)
            {
                starts[activity] = isReversed ? makespan - _finishes[activity] : _finishes[activity] - _problem.Durations[activity];
            }

            _best = new FoundSchedule(starts, makespan, _schedules);
        }
    }
}
