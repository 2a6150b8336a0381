namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Which subtask does the work of each identity, and which identical ones wait for it. Those with other needs wait for their turn too: the one whose turn
/// comes first does the work.
/// </summary>
internal sealed class InFlightWork
{
    private readonly Dictionary<string, SharedWork> _works = new(StringComparer.Ordinal);
    private readonly Dictionary<int, SharedWork> _workOf = [];
    private HashSet<string>? _separate;

    /// <summary>Finds the subtask that does this work, or makes this one it.</summary>
    /// <returns>Whether another does it.</returns>
    public bool TryFindWorker(string identity, int subtask, out int worker)
    {
        worker = subtask;
        if (_separate?.Contains(identity) == true)
        {
            return false;
        }

        if (_works.TryGetValue(identity, out SharedWork? work))
        {
            worker = work.Worker;
            return worker != subtask;
        }

        work = new SharedWork(identity) { Worker = subtask };
        _works.Add(identity, work);
        _workOf[subtask] = work;
        return false;
    }

    /// <summary>Whether a subtask does this work, has done it, or would have to do it for itself.</summary>
    public bool Knows(string identity) => _works.ContainsKey(identity) || _separate?.Contains(identity) == true;

    /// <summary>Lets a subtask wait for the worker, or take its place.</summary>
    public void Follow(int worker, int subtask)
    {
        SharedWork work = _workOf[worker];
        if (_workOf.TryGetValue(subtask, out SharedWork? known) && known == work)
        {
            // It waited for another run meanwhile.
            return;
        }

        work.Others.Add(subtask);
        _workOf[subtask] = work;
    }

    /// <summary>The turn of a subtask has come: it does the work.</summary>
    /// <returns>All others that are to do the same work.</returns>
    public IReadOnlyList<int> Begin(int subtask)
    {
        if (!_workOf.TryGetValue(subtask, out SharedWork? work))
        {
            return [];
        }

        if (work.Worker != subtask)
        {
            work.Others.Remove(subtask);
            work.Others.Add(work.Worker);
            work.Worker = subtask;
        }

        return work.Others;
    }

    /// <summary>The work is done or given up.</summary>
    /// <param name="worker">The subtask that did it.</param>
    /// <param name="keep">Whether its answer serves later twins too.</param>
    /// <returns>The others that were to do the same work.</returns>
    public IReadOnlyList<int> End(int worker, bool keep)
    {
        if (!_workOf.TryGetValue(worker, out SharedWork? work) || work.Worker != worker)
        {
            return [];
        }

        int[] others = [.. work.Others];
        work.Others.Clear();
        foreach (int other in others)
        {
            _workOf.Remove(other);
        }

        if (!keep)
        {
            _workOf.Remove(worker);
            _works.Remove(work.Identity);
        }

        return others;
    }

    /// <summary>The work adds to the run, so every subtask does it itself from now on.</summary>
    /// <param name="worker">The subtask that did it.</param>
    /// <returns>The others that were to do the same work.</returns>
    public IReadOnlyList<int> Separate(int worker)
    {
        if (_workOf.TryGetValue(worker, out SharedWork? work))
        {
            (_separate ??= new HashSet<string>(StringComparer.Ordinal)).Add(work.Identity);
        }

        return End(worker, keep: false);
    }

    private sealed class SharedWork(string identity)
    {
        public string Identity { get; } = identity;

        public int Worker { get; set; }

        /// <summary>Those that wait for the worker, and those that wait for their own turn.</summary>
        public List<int> Others { get; } = [];
    }
}
