namespace AgentOrchestration.Runs.State;

/// <summary>Two attempts of one subtask that run, or have run, beside each other, and how many such pairs the subtask has had.</summary>
internal sealed class HedgedAttempts
{
    /// <summary>The latest attempt that a hedge was started for; 0 for none.</summary>
    public int Original { get; private set; }

    /// <summary>The latest hedge.</summary>
    public int Hedge { get; private set; }

    /// <summary>How many hedges the subtask has had.</summary>
    public int Count { get; private set; }

    private bool OriginalRuns { get; set; }

    private bool HedgeRuns { get; set; }

    /// <summary>Whether both run.</summary>
    public bool IsPair => OriginalRuns && HedgeRuns;

    /// <summary>Whether any of the two runs.</summary>
    public bool IsAny => OriginalRuns || HedgeRuns;

    /// <summary>One of those that run, the original first; 0 when none does.</summary>
    public int First => OriginalRuns ? Original : HedgeRuns ? Hedge : 0;

    public bool Runs(int attempt) => (OriginalRuns && attempt == Original) || (HedgeRuns && attempt == Hedge);

    /// <summary>The one that runs beside another; 0 when none does.</summary>
    public int Beside(int attempt) => !IsPair ? 0 : attempt == Original ? Hedge : attempt == Hedge ? Original : 0;

    public void Begin(int original, int hedge)
    {
        (Original, Hedge, OriginalRuns, HedgeRuns) = (original, hedge, true, true);
        Count++;
    }

    public void End(int attempt)
    {
        OriginalRuns &= attempt != Original;
        HedgeRuns &= attempt != Hedge;
    }

    public void EndBoth() => (OriginalRuns, HedgeRuns) = (false, false);
}
