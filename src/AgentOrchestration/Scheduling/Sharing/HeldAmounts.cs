namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>Amounts that attempts hold, added up by pool.</summary>
internal sealed class HeldAmounts(AttemptLimiter ledger)
{
    private readonly Dictionary<string, long> _amounts = new(StringComparer.Ordinal);

    public bool IsEmpty => _amounts.Count == 0;

    public void Add(Holding holding) => Add(holding, 1);

    public void Remove(Holding holding) => Add(holding, -1);

    /// <summary>Whether a group needs more than is left of a pool as long as these amounts are held.</summary>
    public bool LeavesTooLittleFor(ReadyGroup group) => FindLack(group) is not null;

    /// <summary>Finds a pool of which a group needs more than is left as long as these amounts are held.</summary>
    public Lack? FindLack(ReadyGroup group)
    {
        if (IsEmpty)
        {
            return null;
        }

        foreach ((string pool, long amount) in group.Amounts)
        {
            if (_amounts.TryGetValue(pool, out long held) && ledger.CapacityToReturn(pool) is { } capacity && amount > capacity - held)
            {
                return new Lack(pool, amount, capacity, held);
            }
        }

        return null;
    }

    private void Add(Holding holding, int sign)
    {
        foreach ((string pool, long amount) in holding.Amounts)
        {
            long held = _amounts.GetValueOrDefault(pool) + (sign * amount);
            if (held == 0)
            {
                _amounts.Remove(pool);
            }
            else
            {
                _amounts[pool] = held;
            }
        }
    }
}
