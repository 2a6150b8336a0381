namespace AgentOrchestration.Execution.Attempts;

/// <summary>
/// Token sources for attempts. Each attempt has one of its own, so that a callback that blocks holds up no other attempt's; one that was
/// never cancelled serves a later attempt. They have no timers, so they need no disposal; abandoned code may still look at its own. Not
/// thread-safe.
/// </summary>
internal sealed class CancellationSourcePool
{
    private readonly Stack<CancellationTokenSource> _spare = new();

    public static CancellationTokenSource Create() => new();

    public CancellationTokenSource Rent() => _spare.TryPop(out CancellationTokenSource? spare) ? spare : Create();

    /// <summary>The code that had the source has returned.</summary>
    public void Return(CancellationTokenSource source, bool isUsed)
    {
        if (!isUsed && source.TryReset())
        {
            _spare.Push(source);
        }
    }
}
