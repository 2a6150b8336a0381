namespace AgentOrchestration.Testing.Models;

/// <summary>What is left of a limit. Not thread-safe. Times are in seconds.</summary>
internal sealed class RateBucket(double perMinute, double capacity)
{
    private double _level = capacity;
    private double _now;

    /// <summary>What is accepted in a minute.</summary>
    public double PerMinute { get; private set; } = perMinute;

    public double Level => _level;

    private double PerSecond => PerMinute / 60;

    public double Capacity { get; private set; } = capacity;

    public void AdvanceTo(double now)
    {
        _level = Math.Min(Capacity, _level + ((now - _now) * PerSecond));
        _now = now;
    }

    /// <summary>Takes an amount; what is missing is a debt, of at most the capacity.</summary>
    public void Take(double amount) => _level = Math.Max(-Capacity, _level - amount);

    /// <summary>Gets the seconds until an amount is there.</summary>
    public double DueIn(double amount) => Math.Max(0, (Math.Min(amount, Capacity) - _level) / PerSecond);

    public void Change(double perMinute, double capacity)
    {
        PerMinute = perMinute;
        Capacity = capacity;
        _level = Math.Min(_level, capacity);
    }
}
