namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Which subtask does the work of each identity, and which identical ones wait for it.</summary>
internal sealed class InFlightWork
{
    private readonly Dictionary<string, int> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _identities = [];
    private readonly Dictionary<int, List<int>> _twins = [];

    /// <summary>Finds the subtask that does this work, or makes this one it.</summary>
    /// <returns>Whether another does it.</returns>
    public bool TryFindWorker(string identity, int subtask, out int worker)
    {
        if (_workers.TryGetValue(identity, out worker))
        {
            return true;
        }

        _workers.Add(identity, subtask);
        _identities.Add(subtask, identity);
        return false;
    }

    public void Follow(int worker, int twin)
    {
        if (!_twins.TryGetValue(worker, out List<int>? twins))
        {
            _twins.Add(worker, twins = []);
        }

        twins.Add(twin);
    }

    /// <summary>The work is done or given up.</summary>
    /// <param name="worker">The subtask that did it.</param>
    /// <param name="keep">Whether its answer serves later twins too.</param>
    /// <returns>The twins that waited for it.</returns>
    public IReadOnlyList<int> End(int worker, bool keep)
    {
        if (!keep && _identities.Remove(worker, out string? identity))
        {
            _workers.Remove(identity);
        }

        return _twins.Remove(worker, out List<int>? twins) ? twins : [];
    }
}
