namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>
/// What is left of one limit of an endpoint: a token bucket that holds a minute's worth. Not thread-safe. Times are in seconds. What a call used more than
/// was reserved for it is a debt.
/// </summary>
/// <param name="configured">What is accepted in a minute by the application's word; <see langword="null"/> when it said nothing.</param>
internal sealed class EndpointBucket(double? configured)
{
    private readonly double _most = configured ?? double.MaxValue;
    private double? _perMinute = configured;
    private double _level = configured ?? 0;
    private double _burst = 1;
    private double _now;

    /// <summary>What is accepted in a minute; <see langword="null"/> when it is not known.</summary>
    public double? PerMinute => _perMinute;

    /// <summary>The sum of all that was taken.</summary>
    public double Taken { get; private set; }

    private double Capacity => Math.Max(1, _perMinute!.Value * _burst);

    /// <param name="now">When it is.</param>
    /// <param name="share">The share of the rate that is used.</param>
    public void AdvanceTo(double now, double share)
    {
        if (now > _now)
        {
            if (_perMinute is { } limit)
            {
                _level = Math.Min(Capacity, _level + ((now - _now) * limit * share / 60));
            }

            _now = now;
        }
    }

    /// <summary>Gets the seconds until an amount is there. More than the bucket can hold counts as what it can hold, so that everything comes to its turn.</summary>
    public double DueIn(double amount, double share) => DueInAll(_perMinute is null ? amount : Math.Min(amount, Capacity), share);

    /// <summary>Gets the seconds in which an amount will have grown, however much it is.</summary>
    public double DueInAll(double amount, double share) => _perMinute is { } limit ? Math.Max(0, (amount - _level) / (limit * share / 60)) : 0;

    public void Take(double amount)
    {
        Taken += amount;
        _level = _perMinute is { } limit ? Math.Clamp(_level - amount, -limit, Capacity) : 0;
    }

    /// <summary>Corrects what was taken; negative for more.</summary>
    public void Return(double amount) => Take(-amount);

    /// <summary>Nothing is left, and nothing grows until a time.</summary>
    public void Empty(double until)
    {
        _level = Math.Min(_level, 0);
        _now = Math.Max(_now, until);
    }

    /// <summary>The endpoint takes less at a time than a minute's worth.</summary>
    public void LowerBurst() => _burst = Math.Max(_burst / 2, 1.0 / 60);

    /// <summary>The endpoint has said what it accepts in a minute. It cannot raise what the application has said.</summary>
    /// <returns>Whether that is less than before.</returns>
    public bool Limit(double perMinute)
    {
        double? before = _perMinute;
        _perMinute = Math.Min(perMinute, _most);
        _level = before is null ? _perMinute.Value : Math.Min(_level, Capacity);
        return before is null || _perMinute < before;
    }

    /// <summary>The endpoint has said what was left when it received a call: others may call it too.</summary>
    /// <param name="left">What was left.</param>
    /// <param name="takenSince">What was taken since then.</param>
    /// <param name="seconds">How long ago that was.</param>
    /// <param name="share">The share of the rate that is used.</param>
    public void Left(double left, double takenSince, double seconds, double share)
    {
        if (_perMinute is { } limit)
        {
            _level = Math.Min(_level, Math.Max(-limit, left - takenSince + (seconds * limit * share / 60)));
        }
    }
}
