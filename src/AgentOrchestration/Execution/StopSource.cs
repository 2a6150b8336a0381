namespace AgentOrchestration.Execution;

/// <summary>
/// Token sources for attempts. Each attempt has one of its own, so that a callback that blocks holds up no other attempt's; one that was
/// never cancelled serves the next attempt on the same thread.
/// </summary>
internal static class StopSource
{
    [ThreadStatic]
    private static CancellationTokenSource? _spare;

    public static CancellationTokenSource Rent()
    {
        CancellationTokenSource? spare = _spare;
        _spare = null;
        return spare ?? new CancellationTokenSource();
    }

    public static void Return(CancellationTokenSource source)
    {
        if (_spare is null && source.TryReset())
        {
            _spare = source;
        }
    }
}
