namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>
/// How many calls may be in flight. Unlimited until the endpoint rejects one and no rate is known that explains it; then one call finds out whether the endpoint
/// accepts calls again, and the number doubles up to half of what was too much, and grows by one beyond. Not thread-safe.
/// </summary>
internal sealed class EndpointWindow(int? most)
{
    private readonly double _most = most ?? double.MaxValue;
    private double _size = most ?? double.MaxValue;
    private double _threshold = double.MaxValue;

    public bool IsOpen(int inFlight) => inFlight < _size;

    public void Cut(int inFlight)
    {
        _threshold = Math.Max(1, Math.Min(_size, inFlight) / 2);
        _size = 1;
    }

    /// <summary>Back to one call at a time.</summary>
    public void Probe() => _size = 1;

    public void Grow() => _size = _size >= _most ? _most : Math.Min(_most, _size + (_size < _threshold ? 1 : 1 / _size));
}
