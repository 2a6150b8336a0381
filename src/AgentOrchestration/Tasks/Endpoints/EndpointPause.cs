namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>Until when no call is sent. It only grows. Not thread-safe. Times are in seconds.</summary>
internal sealed class EndpointPause(TimeSpan longest)
{
    private const double First = 1;
    private const double LongestWithoutWord = 60;

    private int _inARow;

    public double Until { get; private set; }

    /// <summary>A call was rejected.</summary>
    /// <param name="now">When.</param>
    /// <param name="asked">What the endpoint asked for; <see langword="null"/> for nothing.</param>
    /// <param name="isNew">Whether the call was sent after the last rejection; those that were in flight then say nothing new.</param>
    /// <returns>Whether it asked for what it does not get.</returns>
    public bool Extend(double now, double? asked, bool isNew)
    {
        _inARow += isNew ? 1 : 0;
        double own = Math.Min(LongestWithoutWord, First * Math.Pow(2, Math.Clamp(_inARow - 1, 0, 10)));
        bool isBounded = asked < 0 || asked > longest.TotalSeconds;

        // An endpoint that rejects again what waited as long as it was told did not count what it rejected: it gets more time.
        double wanted = asked is { } seconds and >= 0 ? seconds + (_inARow > 1 ? own : 0) : own;
        Until = Math.Max(Until, now + Math.Min(wanted, longest.TotalSeconds));
        return isBounded;
    }

    /// <summary>A call that was sent after the last rejection has succeeded.</summary>
    public void End() => _inARow = 0;
}
