namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>A pool of which too little is left beside what is held of it.</summary>
/// <param name="Pool">The pool or limit.</param>
/// <param name="Amount">The amount that is needed.</param>
/// <param name="Capacity">The amount that there is in all.</param>
/// <param name="Held">The amount that is held.</param>
internal readonly record struct Lack(string Pool, long Amount, long Capacity, long Held)
{
    /// <summary>Describes it for a message.</summary>
    /// <param name="holders">What holds it.</param>
    public string Describe(List<Holding> holders)
    {
        const int Most = 3;
        string pool = Pool;
        string[] who = [.. holders.Where(holding => holding.AmountOf(pool) > 0).Select(holding => holding.ToString())];
        string names = string.Join(", ", who.Take(Most)) + (who.Length > Most ? $" and {who.Length - Most} more" : "");
        return $"It needs {Amount} of {AttemptLimiter.Describe(Pool)}, of which there is {Capacity} in all, but {Held} is held by {names}";
    }
}
